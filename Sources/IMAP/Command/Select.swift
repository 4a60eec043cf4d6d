// SELECT and EXAMINE (RFC 9051, 6.3.2, 6.3.3) with CONDSTORE and QRESYNC (RFC 7162).
import Bytes

/// What to open, and what the client already knows of it.
package struct Select: Equatable, Sendable {
    package var mailbox: [UInt8]
    package var isCondstore: Bool
    /// Big and seldom there: kept elsewhere, so that commands stay small.
    private var boxedQResync: Boxed<QResync>?

    package var qresync: QResync? {
        get { boxedQResync?.value }
        set { boxedQResync = newValue.map(Boxed.boxed) }
    }

    package init(mailbox: [UInt8], isCondstore: Bool = false, qresync: QResync? = nil) {
        self.mailbox = mailbox
        self.isCondstore = isCondstore
        boxedQResync = qresync.map(Boxed.boxed)
    }
}

/// The state that a client comes back with (RFC 7162, 3.2.5).
package struct QResync: Equatable, Sendable {
    package let uidValidity: UInt32
    package let modSequence: UInt64
    package let knownUIDs: MessageSet?
    package let match: SequenceMatch?

    /// Message numbers and the UIDs that the client has at them.
    package struct SequenceMatch: Equatable, Sendable {
        package let numbers: MessageSet
        package let uids: MessageSet
    }
}

extension Cursor {
    /// SELECT: mailbox [SP `(` parameter *(SP parameter) `)`], each parameter once.
    mutating func select() throws(SyntaxError) -> Select {
        var select = Select(mailbox: try mailbox())
        guard takeSpace() else { return select }
        try open()
        repeat {
            if !select.isCondstore && takeWord("CONDSTORE") {
                select.isCondstore = true
            } else if select.qresync == nil && takeWord("QRESYNC") {
                try space()
                select.qresync = try qresync()
            } else {
                throw expected(.knownWord)
            }
        } while takeSpace()
        try close()
        return select
    }

    /// `(` uidvalidity SP modseq [SP known-uids] [SP `(` numbers SP uids `)`] `)`.
    private mutating func qresync() throws(SyntaxError) -> QResync {
        try open()
        let uidValidity = try nonZeroNumber()
        try space()
        let modSequence = try modSequence(isZeroAllowed: false)
        var knownUIDs: MessageSet?
        var match: QResync.SequenceMatch?
        if takeSpace() {
            if peek != UInt8(ascii: "(") {
                knownUIDs = try numberSet(isStarAllowed: false)
                if takeSpace() { match = try sequenceMatch() }
            } else {
                match = try sequenceMatch()
            }
        }
        try close()
        return QResync(
            uidValidity: uidValidity,
            modSequence: modSequence,
            knownUIDs: knownUIDs,
            match: match
        )
    }

    private mutating func sequenceMatch() throws(SyntaxError) -> QResync.SequenceMatch {
        try open()
        let numbers = try numberSet(isStarAllowed: false)
        try space()
        let uids = try numberSet(isStarAllowed: false)
        try close()
        return QResync.SequenceMatch(numbers: numbers, uids: uids)
    }
}

extension Select {
    func encode(into encoder: inout CommandEncoder) {
        encoder.mailbox(mailbox)
        guard isCondstore || qresync != nil else { return }
        encoder.space()
        appendParameters(to: &encoder)
    }

    /// Appends the parameters in parentheses, nothing where there are none.
    func appendParameters(to sink: inout some ByteSink) {
        guard isCondstore || qresync != nil else { return }
        sink.append(UInt8(ascii: "("))
        if isCondstore { sink.append("CONDSTORE") }
        if isCondstore && qresync != nil { sink.append(UInt8(ascii: " ")) }
        qresync?.append(to: &sink)
        sink.append(UInt8(ascii: ")"))
    }
}

extension QResync {
    fileprivate func append(to sink: inout some ByteSink) {
        sink.append("QRESYNC (")
        sink.append(decimal: UInt64(uidValidity))
        sink.append(UInt8(ascii: " "))
        sink.append(decimal: modSequence)
        if let knownUIDs {
            sink.append(UInt8(ascii: " "))
            knownUIDs.append(to: &sink)
        }
        if let match {
            sink.append(" (")
            match.numbers.append(to: &sink)
            sink.append(UInt8(ascii: " "))
            match.uids.append(to: &sink)
            sink.append(UInt8(ascii: ")"))
        }
        sink.append(UInt8(ascii: ")"))
    }
}
