// What of messages left the building, as an outcome says it.
import Bytes

/// Kinds of what an answer told of messages beside flags, dates, sizes and identifiers.
package struct MessageContent: OptionSet, Equatable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    // The protocol's own compares through a witness table: this is asked for every answer.
    package var isEmpty: Bool { rawValue == 0 }

    package static let whole = MessageContent(rawValue: 1)
    package static let header = MessageContent(rawValue: 2)
    package static let text = MessageContent(rawValue: 4)
    package static let part = MessageContent(rawValue: 8)
    package static let envelope = MessageContent(rawValue: 16)
    package static let structure = MessageContent(rawValue: 32)
    package static let preview = MessageContent(rawValue: 64)

    /// In the order of the bits.
    private static let words: InlineArray<7, StaticString> = [
        "whole", "header", "text", "part", "envelope", "structure", "preview",
    ]

    func append(to buffer: inout Buffer) {
        var isFirst = true
        for index in Self.words.indices where rawValue & 1 << UInt8(index) != 0 {
            if !isFirst { buffer.append(" ") }
            buffer.append(Self.words[index])
            isFirst = false
        }
    }
}

/// How much one command read.
package enum ReadingExtent: String, Sendable {
    /// Headers, envelopes, structures or previews, of any number of messages.
    case headers
    /// Text of exactly one message: somebody reads it.
    case single
    /// Text of several messages: a client synchronises, or somebody takes them away.
    case bulk
}
