// INPROGRESS: how far the backend has come with a command that takes its time (RFC 9585).
package import Bytes

package struct CommandProgress: Equatable, Sendable {
    /// The number of our tag; nil where the backend names none.
    package let tag: UInt64?
    package let done: UInt32?
    package let goal: UInt32?

    package init(tag: UInt64?, done: UInt32? = nil, goal: UInt32? = nil) {
        self.tag = tag
        self.done = done
        self.goal = goal
    }

    /// Appends the code's content with the client's tag in place of ours.
    package func encode(tag: Tag?, into buffer: inout Buffer) {
        buffer.append("INPROGRESS (")
        if let tag {
            buffer.append(UInt8(ascii: "\""))
            tag.append(to: &buffer)
            buffer.append(UInt8(ascii: "\""))
        } else {
            buffer.append("NIL")
        }
        Self.append(done, to: &buffer)
        Self.append(goal, to: &buffer)
        buffer.append(UInt8(ascii: ")"))
    }

    private static func append(_ number: UInt32?, to buffer: inout Buffer) {
        buffer.append(UInt8(ascii: " "))
        if let number {
            buffer.append(decimal: UInt64(number))
        } else {
            buffer.append("NIL")
        }
    }
}

extension Cursor {
    /// Takes `("g5" 454 1000)`, in which everything may be NIL; a goal stands with a number only.
    mutating func commandProgress() throws(SyntaxError) -> CommandProgress {
        try open()
        let tag = try progressTag()
        try space()
        let done = takeWord("NIL") ? nil : try number()
        try space()
        let goal = takeWord("NIL") ? nil : try nonZeroNumber()
        guard goal == nil || done != nil else { throw expected(.number) }
        try close()
        return CommandProgress(tag: tag, done: done, goal: goal)
    }

    private mutating func progressTag() throws(SyntaxError) -> UInt64? {
        if takeWord("NIL") { return nil }
        let start = offset
        let text = try string(bytesMax: ResponseLimit.quotedBytesMax)
        var tag = Cursor(text.span)
        guard let number = tag.takeGatewayTag(), tag.isAtEnd else {
            throw .expected(.tag, at: start)
        }
        return number
    }
}
