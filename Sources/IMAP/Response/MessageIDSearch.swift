// Finds the Message-ID of a message whose header passes by, for the record of who read it.
import Bytes

/// Looks for the field in a header that comes in pieces (RFC 5322, 3.6.4).
///
/// Keeps none of the text itself: what it finds is put behind a list of the caller's, a line feed
/// behind it.
package struct MessageIDSearch: Equatable, Sendable {
    private enum Place: Equatable {
        /// In a field's name, which is the right one as far as so many octets.
        case name(Int)
        /// Behind the right name.
        case colon
        /// In another field, or on a line that is none.
        case elsewhere
        case value
        /// At the beginning of a line that may go on with the value.
        case fold
        case over
    }

    private static let name = Array("MESSAGE-ID".utf8)
    /// How far into a message it is looked for: what has no end of its header here is no mail.
    package static let headerBytesMax = 64 * 1024

    private var place = Place.name(0)
    /// Where in the list the value begins.
    private var start = 0
    private var bytesTaken = 0

    package init() {}

    /// Whether it has put something behind the list.
    package private(set) var hasFound = false

    /// Whether nothing more is looked for.
    package var isOver: Bool { place == .over }

    /// Takes the next piece of the header, or of the whole message.
    ///
    /// A value that would make the list longer than `bytesMax` is left out.
    package mutating func take(
        _ text: Span<UInt8>,
        into list: inout [UInt8],
        bytesMax: Int
    ) {
        let room = Self.headerBytesMax - bytesTaken
        guard room > 0 else { return abandon(&list) }
        let text = text.extracting(first: min(text.count, room))
        bytesTaken += text.count
        var offset = 0
        while offset < text.count, !isOver {
            if place == .elsewhere {
                let rest = text.extracting(droppingFirst: offset)
                guard let length = rest.firstLineBytes else { return }
                offset += length
                place = .name(0)
                continue
            }
            take(text[offset], into: &list)
            offset += 1
            // The line feed must have its place, too.
            if isInValue && list.count >= bytesMax { abandon(&list) }
        }
    }

    /// The text is at its end: a value whose line was not whole may be a piece of one.
    package mutating func end(into list: inout [UInt8]) {
        if place == .fold { complete(&list) } else { abandon(&list) }
    }

    private var isInValue: Bool { place == .value || place == .fold }

    private mutating func take(_ octet: UInt8, into list: inout [UInt8]) {
        let isSpace = octet.isSpace
        let isLineEnd = octet == UInt8(ascii: "\n")
        switch place {
        case .over, .elsewhere: break
        // An empty line ends the header.
        case .name(0) where isLineEnd || octet == UInt8(ascii: "\r"): place = .over
        case .name(let count):
            if octet.asciiUppercased == Self.name[count] {
                place = count + 1 == Self.name.count ? .colon : .name(count + 1)
            } else {
                place = isLineEnd ? .name(0) : .elsewhere
            }
        case .colon:
            if octet == UInt8(ascii: ":") {
                place = .value
                start = list.count
            } else if !isSpace {
                place = isLineEnd ? .name(0) : .elsewhere
            }
        case .value:
            if isLineEnd {
                place = .fold
            } else if octet != UInt8(ascii: "\r") && !(isSpace && list.count == start) {
                list.append(octet)
            }
        case .fold:
            if isSpace {
                place = .value
                if list.count > start { list.append(octet) }
            } else {
                complete(&list)
            }
        }
    }

    private mutating func complete(_ list: inout [UInt8]) {
        while list.count > start, list.last?.isSpace == true { list.removeLast() }
        place = .over
        guard list.count > start else { return }
        list.append(UInt8(ascii: "\n"))
        hasFound = true
    }

    private mutating func abandon(_ list: inout [UInt8]) {
        if isInValue { list.removeLast(max(0, list.count - start)) }
        place = .over
    }
}

extension UInt8 {
    fileprivate var isSpace: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}
