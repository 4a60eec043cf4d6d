// STORE and UID STORE (RFC 9051, 6.4.6; RFC 7162 for UNCHANGEDSINCE).

/// How flags change.
package struct Store: Equatable, Sendable {
    package enum Operation: Equatable, Sendable {
        /// `FLAGS`: what is not named is cleared.
        case replace
        case add
        case remove
    }

    package var isUID: Bool
    package var set: MessageSet
    package var unchangedSince: UInt64?
    package var operation: Operation
    /// Whether the client wants no FETCH answers.
    package var isSilent: Bool
    package var flags: FlagSet

    package init(
        isUID: Bool,
        set: MessageSet,
        unchangedSince: UInt64? = nil,
        operation: Operation,
        isSilent: Bool,
        flags: FlagSet
    ) {
        self.isUID = isUID
        self.set = set
        self.unchangedSince = unchangedSince
        self.operation = operation
        self.isSilent = isSilent
        self.flags = flags
    }
}

extension Cursor {
    /// STORE: set [SP `(UNCHANGEDSINCE n)`] SP [`+`/`-`]FLAGS[.SILENT] SP (list / flags).
    mutating func store(isUID: Bool) throws(SyntaxError) -> Store {
        let set = try messageSet()
        try space()
        let unchangedSince = try unchangedSince()
        let operation: Store.Operation =
            take(UInt8(ascii: "+")) ? .add : take(UInt8(ascii: "-")) ? .remove : .replace
        let isSilent = takeWord("FLAGS.SILENT")
        if !isSilent { try word("FLAGS") }
        try space()
        let flags = peek == UInt8(ascii: "(") ? try flagList() : try bareFlags()
        return Store(
            isUID: isUID,
            set: set,
            unchangedSince: unchangedSince,
            operation: operation,
            isSilent: isSilent,
            flags: flags
        )
    }

    private mutating func unchangedSince() throws(SyntaxError) -> UInt64? {
        guard take(UInt8(ascii: "(")) else { return nil }
        try word("UNCHANGEDSINCE")
        try space()
        let modSequence = try modSequence(isZeroAllowed: true)
        try close()
        try space()
        return modSequence
    }
}

extension Store {
    func encode(into encoder: inout CommandEncoder) {
        encoder.space()
        appendArguments(to: &encoder)
    }

    /// Appends everything behind the verb: command and record say the same.
    func appendArguments(to sink: inout some ByteSink) {
        set.append(to: &sink)
        if let unchangedSince {
            sink.append(" (UNCHANGEDSINCE ")
            sink.append(decimal: unchangedSince)
            sink.append(UInt8(ascii: ")"))
        }
        switch operation {
        case .replace: sink.append(" FLAGS")
        case .add: sink.append(" +FLAGS")
        case .remove: sink.append(" -FLAGS")
        }
        sink.append(isSilent ? ".SILENT " : " ")
        flags.append(to: &sink)
    }
}
