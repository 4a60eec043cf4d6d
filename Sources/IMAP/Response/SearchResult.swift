// What ESEARCH tells of a search, checked while it is copied (RFC 9051, 7.3.4).
import Bytes

/// A kind of data in ESEARCH (RFC 9051, 7.3.4; RFC 7162, 3.1.10; RFC 9394, 3.1; RFC 6203, 4).
private enum SearchResultWord: UInt8, Keyword {
    case min, max, count, all, modSequence, partial, relevancy

    var spelling: StaticString {
        switch self {
        case .min: "MIN"
        case .max: "MAX"
        case .count: "COUNT"
        case .all: "ALL"
        case .modSequence: "MODSEQ"
        case .partial: "PARTIAL"
        case .relevancy: "RELEVANCY"
        }
    }
}

/// Where an ESEARCH of several mailboxes found something.
package struct MailboxSearch: Equatable, Sendable {
    package let tag: UInt64
    /// The name as octets of the backend's spelling, not yet checked.
    package let mailbox: [UInt8]
    package let uidValidity: UInt32
}

/// What an answer says of the search that it belongs to (RFC 7377, 2.1).
struct SearchCorrelator {
    let tag: UInt64
    var place: MailboxSearch?
}

extension Cursor {
    /// Takes ` (TAG "g5")`, or ` (TAG "g5" MAILBOX "x" UIDVALIDITY 7)`, where it is there; the tag
    /// must be one that the gateway wrote.
    mutating func searchCorrelator() throws(SyntaxError) -> SearchCorrelator? {
        var ahead = self
        guard ahead.takeSpace(), ahead.take(UInt8(ascii: "(")) else { return nil }
        self = ahead
        try word("TAG")
        try space()
        let start = offset
        let text = try astring(bytesMax: ResponseLimit.quotedBytesMax)
        var tag = Cursor(text.span)
        guard let number = tag.takeGatewayTag(), tag.isAtEnd else {
            throw .expected(.tag, at: start)
        }
        var correlator = SearchCorrelator(tag: number)
        if takeSpace() { correlator.place = try searchPlace(of: number) }
        try close()
        return correlator
    }

    private mutating func searchPlace(of tag: UInt64) throws(SyntaxError) -> MailboxSearch {
        try word("MAILBOX")
        try space()
        let mailbox = try backendMailbox()
        try space()
        try word("UIDVALIDITY")
        try space()
        return MailboxSearch(tag: tag, mailbox: mailbox, uidValidity: try nonZeroNumber())
    }

    mutating func copyCorrelator(
        _ clientTag: Tag?,
        _ mailbox: [UInt8]? = nil,
        into buffer: inout Buffer
    ) throws(SyntaxError) {
        let place = try searchCorrelator()?.place
        guard let clientTag else { return }
        buffer.append(" (TAG \"")
        clientTag.append(to: &buffer)
        buffer.append("\"")
        if let place, let mailbox {
            buffer.append(" MAILBOX ")
            buffer.append(mailbox: mailbox.span)
            buffer.append(" UIDVALIDITY ")
            buffer.append(decimal: UInt64(place.uidValidity))
        }
        buffer.append(")")
    }

    mutating func copySearchResult(
        _ clientTag: Tag?,
        _ mailbox: [UInt8]?,
        into buffer: inout Buffer
    ) throws(SyntaxError) {
        try copyCorrelator(clientTag, mailbox, into: &buffer)
        while takeSpace() {
            if takeWord("UID") {
                buffer.append(" UID")
            } else if let word = takeKeyword(SearchResultWord.self) {
                try space()
                buffer.append(UInt8(ascii: " "))
                buffer.append(word.spelling)
                buffer.append(UInt8(ascii: " "))
                try copySearchValue(word, into: &buffer)
            } else {
                _ = try atom()
                try space()
                try skipValue()
            }
        }
    }

    private mutating func copySearchValue(
        _ word: SearchResultWord,
        into buffer: inout Buffer
    ) throws(SyntaxError) {
        switch word {
        case .min, .max: try copyNumber(into: &buffer)
        case .count: buffer.append(decimal: UInt64(try number()))
        case .all: try copyNumberSet(into: &buffer)
        case .modSequence: buffer.append(decimal: try modSequence(isZeroAllowed: true))
        case .partial: try copyPartial(into: &buffer)
        case .relevancy: try copyRelevancy(into: &buffer)
        }
    }

    /// Copies `(1:100 4,7:9)`, or NIL in place of the set where nothing is in that part.
    private mutating func copyPartial(into buffer: inout Buffer) throws(SyntaxError) {
        try open()
        buffer.append(UInt8(ascii: "("))
        try partialRange().append(to: &buffer)
        try space()
        buffer.append(UInt8(ascii: " "))
        if takeWord("NIL") {
            buffer.append("NIL")
        } else {
            try copyNumberSet(into: &buffer)
        }
        try close()
        buffer.append(UInt8(ascii: ")"))
    }

    /// Copies `(4 99 42)`: scores from 1 to 100.
    private mutating func copyRelevancy(into buffer: inout Buffer) throws(SyntaxError) {
        try open()
        buffer.append(UInt8(ascii: "("))
        if !take(UInt8(ascii: ")")) {
            repeat {
                try copyNumber(into: &buffer)
                if peek == UInt8(ascii: " ") { buffer.append(UInt8(ascii: " ")) }
            } while takeSpace()
            try close()
        }
        buffer.append(UInt8(ascii: ")"))
    }
}
