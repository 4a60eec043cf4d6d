// UIDBATCHES: UIDs that part a mailbox into batches of one size (RFC 10022).

/// How large the batches are, and which of them to tell.
package struct UIDBatches: Equatable, Sendable {
    /// Messages a batch; servers take no fewer than 500.
    package var size: UInt32
    /// Batches by place, the one with the newest messages first; nil: all.
    package var batches: MessageRange?

    package init(size: UInt32, batches: MessageRange? = nil) {
        self.size = size
        self.batches = batches
    }
}

extension Cursor {
    /// UIDBATCHES: size [SP first `:` last].
    mutating func uidBatches() throws(SyntaxError) -> UIDBatches {
        var batches = UIDBatches(size: try nonZeroNumber())
        guard takeSpace() else { return batches }
        let first = try nonZeroNumber()
        try expect(UInt8(ascii: ":"), as: .messageSet)
        batches.batches = MessageRange(first, try nonZeroNumber())
        return batches
    }
}

extension UIDBatches {
    func append(to sink: inout some ByteSink) {
        sink.append(decimal: UInt64(size))
        guard let batches else { return }
        sink.append(UInt8(ascii: " "))
        sink.append(decimal: UInt64(batches.lower))
        sink.append(UInt8(ascii: ":"))
        sink.append(decimal: UInt64(batches.upper))
    }
}
