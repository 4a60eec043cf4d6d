// Reading the bracketed code in front of a status response's text (RFC 9051, resp-text-code).
import Bytes

extension Cursor {
    /// Takes the rest of a status response: nil when it has no code; the text is read and dropped.
    mutating func responseText() throws(SyntaxError) -> ResponseCode? {
        if isAtEnd { return nil }
        try space()
        guard take(UInt8(ascii: "[")) else {
            try humanText()
            return nil
        }
        let code = try responseCode()
        try humanText()
        return code
    }

    /// Takes text for people, in whatever charset: it goes no further.
    private mutating func humanText() throws(SyntaxError) {
        while let byte = peek {
            guard byte != 0, byte != 0x0D, byte != 0x0A else { throw expected(.endOfLine) }
            advance(1)
        }
    }

    /// Takes a code and its closing bracket.
    ///
    /// A known code whose arguments are odd counts as unknown: old servers write `[UNSEEN 0]`, and
    /// nothing of such a code is relayed.
    private mutating func responseCode() throws(SyntaxError) -> ResponseCode {
        let name = span(try atom())
        var ahead = self
        if let code = try? ahead.responseCode(named: name), ahead.take(UInt8(ascii: "]")) {
            self = ahead
            return code
        }
        let bare = BareCode(name)
        while let byte = peek, byte != UInt8(ascii: "]") {
            guard byte != 0x0D, byte != 0x0A else { throw expected(.closingBracket) }
            advance(1)
        }
        try expect(UInt8(ascii: "]"), as: .closingBracket)
        return bare.map { .bare($0) } ?? (name.spells("REFERRAL") ? .referral : .unknown)
    }

    /// Takes the arguments of a code that has some of use.
    private mutating func responseCode(
        named name: Span<UInt8>
    ) throws(SyntaxError) -> ResponseCode {
        if name.spells("CAPABILITY") { return .capability(try capabilities()) }
        try space()
        if name.spells("PERMANENTFLAGS") { return .permanentFlags(try backendFlags()) }
        if name.spells("UIDNEXT") { return .uidNext(try nonZeroNumber()) }
        if name.spells("UIDVALIDITY") { return .uidValidity(try nonZeroNumber()) }
        if name.spells("UNSEEN") { return .unseen(try nonZeroNumber()) }
        if name.spells("HIGHESTMODSEQ") {
            return .highestModSeq(try modSequence(isZeroAllowed: false))
        }
        if name.spells("MODIFIED") { return .modified(try numberSet(isStarAllowed: false)) }
        if name.spells("APPENDUID") { return try appendUID() }
        if name.spells("COPYUID") { return try copyUID() }
        if name.spells("MAILBOXID") { return .mailboxID(try parenthesizedObjectID()) }
        if name.spells("MESSAGELIMIT") { return try messageLimit() }
        if name.spells("INPROGRESS") { return .inProgress(try commandProgress()) }
        throw expected(.knownWord)
    }

    private mutating func appendUID() throws(SyntaxError) -> ResponseCode {
        let validity = try nonZeroNumber()
        try space()
        return .appendUID(validity: validity, uids: try numberSet(isStarAllowed: false))
    }

    private mutating func messageLimit() throws(SyntaxError) -> ResponseCode {
        let limit = try nonZeroNumber()
        return .messageLimit(limit, lastUID: takeSpace() ? try nonZeroNumber() : nil)
    }

    private mutating func copyUID() throws(SyntaxError) -> ResponseCode {
        let validity = try nonZeroNumber()
        try space()
        let source = try numberSet(isStarAllowed: false)
        try space()
        let target = try numberSet(isStarAllowed: false)
        return .copyUID(validity: validity, source: source, target: target)
    }

    /// Takes ` A B C`: every capability with its space in front.
    ///
    /// A space at the end is passed over: servers that print one after each word are not rare.
    mutating func capabilities() throws(SyntaxError) -> CapabilitySet {
        var capabilities = CapabilitySet()
        while takeSpace() {
            if isAtEnd || peek == UInt8(ascii: "]") { break }
            if takeLimit(into: &capabilities) { continue }
            let name = span(try atom())
            if let capability = Capability(name), !capability.hasLimit {
                capabilities.insert(capability)
            } else if name.begins(with: "RIGHTS=") {
                capabilities.insert(.rights)
            }
        }
        return capabilities
    }

    /// Takes a capability that is known and has a number behind its equals sign.
    private mutating func takeLimit(into set: inout CapabilitySet) -> Bool {
        var ahead = self
        if ahead.takeWord("APPENDLIMIT") {
            // Without a number it is a capability like any other.
            guard ahead.take(UInt8(ascii: "=")), let limit = try? ahead.number64(),
                ahead.isAtEnd || ahead.peek == UInt8(ascii: " ") || ahead.peek == UInt8(ascii: "]")
            else { return false }
            self = ahead
            set.insert(appendLimit: limit)
            return true
        }
        let isMessageLimit = ahead.takeWord("MESSAGELIMIT")
        guard isMessageLimit || ahead.takeWord("SAVELIMIT"), ahead.take(UInt8(ascii: "=")),
            let limit = try? ahead.nonZeroNumber(),
            ahead.isAtEnd || ahead.peek == UInt8(ascii: " ") || ahead.peek == UInt8(ascii: "]")
        else { return false }
        self = ahead
        if isMessageLimit {
            set.insert(messageLimit: limit)
        } else {
            set.insert(saveLimit: limit)
        }
        return true
    }
}

extension Span where Element == UInt8 {
    fileprivate func begins(with word: StaticString) -> Bool {
        extracting(first: word.utf8CodeUnitCount).spells(word)
    }
}
