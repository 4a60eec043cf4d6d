// FETCH and UID FETCH (RFC 9051, 6.4.5; RFC 7162, CHANGEDSINCE and VANISHED; RFC 9394, PARTIAL).
import Bytes

/// What to tell of which messages.
package struct Fetch: Equatable, Sendable {
    package var isUID: Bool
    package var set: MessageSet
    /// Each once; macros are replaced by what they stand for.
    package var items: FetchItems
    package var changedSince: UInt64?
    /// Only with `isUID` and `changedSince` (RFC 7162, 3.2.6).
    package var wantsVanished: Bool
    /// Only these of the messages, by place; only with `isUID`.
    package var partial: PartialRange?

    package init(
        isUID: Bool,
        set: MessageSet,
        items: FetchItems,
        changedSince: UInt64? = nil,
        wantsVanished: Bool = false,
        partial: PartialRange? = nil
    ) {
        self.isUID = isUID
        self.set = set
        self.items = items
        self.changedSince = changedSince
        self.wantsVanished = wantsVanished
        self.partial = partial
    }

    /// Whether fetching marks messages as \Seen: then it is a write.
    package var setsSeen: Bool { items.contains { $0.setsSeen } }

    /// Whether the answers tell of messages' texts.
    package var tellsText: Bool { items.contains { $0.tellsText } }
}

extension Fetch {
    /// Names that answers must get back, since the client asked under another one.
    package struct Renames: OptionSet, Equatable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// `BODY[]` in the answer is what the client asked for as `RFC822`.
        package static let rfc822 = Renames(rawValue: 1)
        /// `BODY[TEXT]` in the answer is what the client asked for as `RFC822.TEXT`.
        package static let rfc822Text = Renames(rawValue: 2)
    }

    /// Turns every item that sets \Seen into the one that does not.
    ///
    /// Returns what the answers must be renamed to; nil, and leaves the command as it was, when
    /// the client asked for one text under both names, which no renaming could answer.
    package mutating func peekOnly() -> Renames? {
        var renames: Renames = []
        var peeking: FetchItems = []
        for index in items.indices {
            let (item, rename) = items[index].peeking
            renames.formUnion(rename)
            peeking.insert(item)
        }
        let asksTwice = items.contains { item in
            renames.contains(.rfc822) && item.isWhole(section: [])
                || renames.contains(.rfc822Text) && item.isWhole(section: FetchItem.text)
        }
        guard !asksTwice else { return nil }
        items = peeking
        return renames
    }
}

extension Cursor {
    /// FETCH: set SP items [SP `(` modifiers `)`].
    mutating func fetch(isUID: Bool) throws(SyntaxError) -> Fetch {
        let set = try messageSet()
        try space()
        var fetch = Fetch(isUID: isUID, set: set, items: try fetchItems())
        guard takeSpace() else { return fetch }
        try open()
        repeat { try fetchModifier(of: &fetch) } while takeSpace()
        guard !fetch.wantsVanished || isUID && fetch.changedSince != nil else {
            throw expected(.knownWord)
        }
        try close()
        return fetch
    }

    private mutating func fetchModifier(of fetch: inout Fetch) throws(SyntaxError) {
        if fetch.changedSince == nil && takeWord("CHANGEDSINCE") {
            try space()
            fetch.changedSince = try modSequence(isZeroAllowed: false)
        } else if !fetch.wantsVanished && takeWord("VANISHED") {
            fetch.wantsVanished = true
        } else if fetch.isUID && fetch.partial == nil && takeWord("PARTIAL") {
            try space()
            fetch.partial = try partialRange()
        } else {
            throw expected(.knownWord)
        }
    }
}

extension Fetch {
    func encode(into encoder: inout CommandEncoder) {
        encoder.space()
        appendArguments(to: &encoder)
    }

    /// Appends set, items and modifiers: command and record say the same.
    func appendArguments(to sink: inout some ByteSink) {
        set.append(to: &sink)
        sink.append(" (")
        for index in items.indices {
            if index > 0 { sink.append(UInt8(ascii: " ")) }
            items[index].append(to: &sink)
        }
        sink.append(UInt8(ascii: ")"))
        appendModifiers(to: &sink)
    }

    private func appendModifiers(to sink: inout some ByteSink) {
        guard changedSince != nil || partial != nil else { return }
        sink.append(" (")
        if let changedSince {
            sink.append("CHANGEDSINCE ")
            sink.append(decimal: changedSince)
            if wantsVanished { sink.append(" VANISHED") }
        }
        if let partial {
            sink.append(changedSince == nil ? "PARTIAL " : " PARTIAL ")
            partial.append(to: &sink)
        }
        sink.append(UInt8(ascii: ")"))
    }
}
