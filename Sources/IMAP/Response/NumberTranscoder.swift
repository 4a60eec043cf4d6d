// Lists of numbers, checked while they are copied: SEARCH, SORT, THREAD, ESEARCH, VANISHED.
package import Bytes

/// Copies the responses that may hold hundreds of thousands of numbers, without a list in between.
package enum NumberTranscoder {
    /// Appends the client's form of a response that `ResponseParser` found to be such a list.
    ///
    /// ESEARCH and UIDBATCHES name `clientTag`, the tag of the command that it answers, in place of
    /// the gateway's, and where it names a mailbox `mailbox`, as the client spells it. Leaves
    /// `buffer` as it was when the response breaks its grammar.
    package static func transcode(
        _ piece: Span<UInt8>,
        clientTag: Tag? = nil,
        mailbox: [UInt8]? = nil,
        into buffer: inout Buffer
    ) throws(ResponseError) {
        let before = buffer.count
        var cursor = Cursor(piece)
        do throws(SyntaxError) {
            try cursor.copyNumberList(clientTag: clientTag, mailbox: mailbox, into: &buffer)
        } catch {
            buffer.truncate(to: before)
            throw .syntax(error)
        }
    }

    /// Calls `body` for every range of a VANISHED response that was transcoded.
    package static func forEachVanished(
        in piece: Span<UInt8>,
        _ body: (MessageRange) -> Void
    ) {
        var cursor = Cursor(piece)
        _ = cursor.take(UInt8(ascii: "*")) && cursor.takeSpace() && cursor.takeWord("VANISHED")
        while cursor.takeSpace() || cursor.take(UInt8(ascii: ",")) {
            guard let first = try? cursor.nonZeroNumber() else { return }
            let isRange = cursor.take(UInt8(ascii: ":"))
            guard let last = isRange ? try? cursor.nonZeroNumber() : first else { return }
            body(MessageRange(first, last))
        }
    }
}

extension Cursor {
    /// Takes what tells number lists apart; the numbers stay where they are.
    mutating func numberListHead(_ word: NumberListWord) throws(SyntaxError) -> Response {
        switch word {
        case .search: return .search
        case .sort: return .sort
        case .thread: return .thread
        case .esearch:
            let correlator = try searchCorrelator()
            if let place = correlator?.place { return .mailboxSearch(place) }
            return .esearch(tag: correlator?.tag)
        case .vanished:
            try space()
            return .vanished(isEarlier: try takeEarlier())
        case .uidBatches:
            guard let correlator = try searchCorrelator(), correlator.place == nil else {
                throw expected(.tag)
            }
            return .uidBatches(tag: correlator.tag)
        }
    }

    fileprivate mutating func copyNumberList(
        clientTag: Tag?,
        mailbox: [UInt8]?,
        into buffer: inout Buffer
    ) throws(SyntaxError) {
        try expect(UInt8(ascii: "*"), as: .tag)
        try space()
        let word = try keyword(NumberListWord.self)
        buffer.append("* ")
        buffer.append(word.spelling)
        switch word {
        case .search, .sort: try copyNumbers(into: &buffer)
        case .thread: try copyThreads(into: &buffer)
        case .esearch: try copySearchResult(clientTag, mailbox, into: &buffer)
        case .vanished: try copyVanished(into: &buffer)
        case .uidBatches: try copyBatches(clientTag: clientTag, into: &buffer)
        }
        try end()
        buffer.append("\r\n")
    }

    /// Copies ` 1 2 3 (MODSEQ 4)`; servers that print a space after each number are not rare.
    private mutating func copyNumbers(into buffer: inout Buffer) throws(SyntaxError) {
        while takeSpace() {
            if isAtEnd { return }
            buffer.append(UInt8(ascii: " "))
            if take(UInt8(ascii: "(")) {
                try word("MODSEQ")
                try space()
                buffer.append("(MODSEQ ")
                buffer.append(decimal: try modSequence(isZeroAllowed: true))
                try close()
                return buffer.append(UInt8(ascii: ")"))
            }
            try copyNumber(into: &buffer)
        }
    }

    /// Copies ` (1)(2 3 (4)(5 6))`, or nothing; a space at the end is passed over.
    private mutating func copyThreads(into buffer: inout Buffer) throws(SyntaxError) {
        guard takeSpace(), !isAtEnd else { return }
        buffer.append(UInt8(ascii: " "))
        repeat { try copyThread(into: &buffer) } while peek == UInt8(ascii: "(")
        _ = takeSpace()
    }

    /// Copies `(1 2 (3)(4 5))`: messages that follow each other, then the branches behind them.
    ///
    /// A thread that begins with branches has lost the message that they answer.
    private mutating func copyThread(into buffer: inout Buffer) throws(SyntaxError) {
        var depth = 0
        repeat {
            if take(UInt8(ascii: "(")) {
                depth += 1
                guard depth <= ResponseLimit.threadDepthMax else { throw .tooDeep(at: offset) }
                buffer.append(UInt8(ascii: "("))
                if peek != UInt8(ascii: "(") { try copyChain(into: &buffer) }
            } else {
                try close()
                depth -= 1
                buffer.append(UInt8(ascii: ")"))
            }
        } while depth > 0
    }

    /// Copies `1 2 3`, and the space before branches.
    private mutating func copyChain(into buffer: inout Buffer) throws(SyntaxError) {
        try copyNumber(into: &buffer)
        while takeSpace() {
            buffer.append(UInt8(ascii: " "))
            if peek == UInt8(ascii: "(") { return }
            try copyNumber(into: &buffer)
        }
        guard peek == UInt8(ascii: ")") else { throw expected(.closingParenthesis) }
    }

    mutating func copyNumber(into buffer: inout Buffer) throws(SyntaxError) {
        let start = offset
        _ = try nonZeroNumber()
        buffer.append(span(start..<offset))
    }

    mutating func copyNumberSet(into buffer: inout Buffer) throws(SyntaxError) {
        try copyNumber(into: &buffer)
        while let byte = peek, byte == UInt8(ascii: ":") || byte == UInt8(ascii: ",") {
            let isRange = take(UInt8(ascii: ":"))
            if !isRange { advance(1) }
            buffer.append(byte)
            try copyNumber(into: &buffer)
            guard !isRange || peek != UInt8(ascii: ":") else { throw expected(.messageSet) }
        }
    }

    private mutating func takeEarlier() throws(SyntaxError) -> Bool {
        guard take(UInt8(ascii: "(")) else { return false }
        try word("EARLIER")
        try close()
        try space()
        return true
    }

    private mutating func copyVanished(into buffer: inout Buffer) throws(SyntaxError) {
        try space()
        buffer.append(try takeEarlier() ? " (EARLIER) " : " ")
        try copyNumberSet(into: &buffer)
    }

    /// Copies ` (TAG "…") 99:50,49:1`; an empty mailbox has no batches.
    private mutating func copyBatches(
        clientTag: Tag?,
        into buffer: inout Buffer
    ) throws(SyntaxError) {
        try copyCorrelator(clientTag, into: &buffer)
        guard takeSpace(), !isAtEnd else { return }
        buffer.append(UInt8(ascii: " "))
        try copyNumberSet(into: &buffer)
    }
}
