// A canonical mailbox name cut at its slashes, ready to be held against patterns.
import Bytes

/// The levels of a mailbox name, each lent as a span.
struct MailboxPath {
    private let bytes: [UInt8]
    /// Where each level begins and ends in `bytes`.
    private let levels: [Range<Int>]

    init(_ name: [UInt8]) {
        bytes = name
        levels = name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
            $0.startIndex..<$0.endIndex
        }
    }

    var depth: Int { levels.count }

    /// The first level; names have at least one.
    var head: ArraySlice<UInt8> { levels.first.map { bytes[$0] } ?? [] }

    func level(_ index: Int, matches wildcard: Wildcard) -> Bool {
        wildcard.matches(bytes.span.extracting(levels[index]))
    }
}
