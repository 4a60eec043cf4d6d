// REPLACE and UID REPLACE (RFC 8508): an APPEND that takes the place of a message.

/// The message that goes and the one that comes, which may go to another mailbox.
package struct Replace: Equatable, Sendable {
    package var isUID: Bool
    /// The message's number or UID; nil is `*`, the last one.
    package var message: UInt32?
    package var append: Append

    package init(isUID: Bool, message: UInt32?, append: Append) {
        self.isUID = isUID
        self.message = message
        self.append = append
    }
}

extension Cursor {
    /// REPLACE: seq-number / uniqueid SP mailbox append-message.
    mutating func replace(isUID: Bool) throws(SyntaxError) -> Replace {
        let isLast = !isUID && take(UInt8(ascii: "*"))
        let message = isLast ? nil : try nonZeroNumber()
        try space()
        let mailbox = try mailbox()
        let parts = try appendParts(behind: nil, isSingle: true)
        return Replace(
            isUID: isUID,
            message: message,
            append: Append(mailbox: mailbox, parts: parts)
        )
    }
}

extension Replace {
    func encode(into encoder: inout CommandEncoder) {
        if !append.isContinued {
            encoder.space()
            appendMessage(to: &encoder)
        }
        append.encode(into: &encoder)
    }

    func describe(into digest: inout CommandDigest) {
        if !append.isContinued {
            appendMessage(to: &digest)
            digest.append(UInt8(ascii: " "))
        }
        append.describe(into: &digest)
    }

    private func appendMessage(to sink: inout some ByteSink) {
        if let message {
            sink.append(decimal: UInt64(message))
        } else {
            sink.append(UInt8(ascii: "*"))
        }
    }
}
