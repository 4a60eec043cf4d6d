// Words of the protocol: an allow-list is an enum of them, and one spelling serves both directions.
import Bytes

/// A closed family of protocol words; raw values count up from 0.
package protocol Keyword: RawRepresentable, Equatable, Sendable where RawValue == UInt8 {
    /// The word in upper case.
    var spelling: StaticString { get }
    /// Which words `token` may be, a bit each, without a look at all of them; nil in families that
    /// are short or seldom asked, and have no index.
    static func candidates(for token: Span<UInt8>) -> UInt64?
}

extension Keyword {
    package static func candidates(for token: Span<UInt8>) -> UInt64? { nil }

    /// The word that `token` spells, in letters of either case.
    init?(_ token: Span<UInt8>) {
        if var candidates = Self.candidates(for: token) {
            while candidates != 0 {
                let raw = UInt8(truncatingIfNeeded: candidates.trailingZeroBitCount)
                if let word = Self(rawValue: raw), token.spells(word.spelling) {
                    self = word
                    return
                }
                candidates &= candidates - 1
            }
            return nil
        }
        var raw: UInt8 = 0
        while let word = Self(rawValue: raw) {
            if token.spells(word.spelling) {
                self = word
                return
            }
            raw += 1
        }
        return nil
    }
}

/// Which words of a family a token may be, as its length and its first letter tell.
package struct KeywordIndex: Sendable {
    /// One bit a word, of at most 64.
    ///
    /// An array, since a table in the value itself would be copied for each word that is looked up.
    private var places = [UInt64](repeating: 0, count: 64)

    init<Word: Keyword>(_ family: Word.Type) {
        var raw: UInt8 = 0
        while raw < 64, let word = Word(rawValue: raw) {
            let spelling = word.spelling
            let first = unsafe spelling.utf8Start[0]
            places[Self.place(first, count: spelling.utf8CodeUnitCount)] |= 1 << UInt64(raw)
            raw += 1
        }
    }

    func candidates(for token: Span<UInt8>) -> UInt64 {
        token.isEmpty ? 0 : places[Self.place(token[0].asciiUppercased, count: token.count)]
    }

    private static func place(_ first: UInt8, count: Int) -> Int {
        (Int(first) &+ count &* 5) & 63
    }
}

/// A set of the words of one family, without allocation.
package struct KeywordSet<Word: Keyword>: Equatable, Sendable, ExpressibleByArrayLiteral {
    /// One bit a word; a family has at most 32.
    private var bits: UInt32 = 0

    package init() {}

    package init(arrayLiteral words: Word...) { for word in words { insert(word) } }

    package var isEmpty: Bool { bits == 0 }

    package func contains(_ word: Word) -> Bool { bits & Self.bit(word) != 0 }

    package mutating func insert(_ word: Word) { bits |= Self.bit(word) }

    package mutating func remove(_ word: Word) { bits &= ~Self.bit(word) }

    package func intersection(_ other: Self) -> Self {
        var result = self
        result.bits &= other.bits
        return result
    }

    package func union(_ other: Self) -> Self {
        var result = self
        result.bits |= other.bits
        return result
    }

    package func isSubset(of other: Self) -> Bool { bits & ~other.bits == 0 }

    /// How many words there are.
    package var count: Int { bits.nonzeroBitCount }

    private static func bit(_ word: Word) -> UInt32 { 1 << UInt32(word.rawValue) }
}

extension KeywordSet: Sequence {
    /// Goes through the words in the family's order.
    package struct Iterator: IteratorProtocol {
        fileprivate var bits: UInt32

        package mutating func next() -> Word? {
            guard bits != 0 else { return nil }
            defer { bits &= bits - 1 }
            return Word(rawValue: UInt8(truncatingIfNeeded: bits.trailingZeroBitCount))
        }
    }

    package func makeIterator() -> Iterator { Iterator(bits: bits) }

    /// Appends what is written for each word, its spelling if nothing else, with spaces between.
    func appendWords(
        to sink: inout some ByteSink,
        as text: (Word) -> StaticString = { $0.spelling }
    ) {
        var isFirst = true
        for word in self {
            if !isFirst { sink.append(UInt8(ascii: " ")) }
            sink.append(text(word))
            isFirst = false
        }
    }
}

extension Cursor {
    /// The longest run of letters, digits, `.` and `-`: what every word of the protocol is made of.
    var nextWord: Span<UInt8> {
        @_lifetime(copy self)
        get {
            var end = offset
            while end < bytes.count, bytes[end].isOfWord { end += 1 }
            return bytes.extracting(offset..<end)
        }
    }

    /// Takes the next word if it belongs to the family.
    package mutating func takeKeyword<Word: Keyword>(_ family: Word.Type) -> Word? {
        let token = nextWord
        guard !token.isEmpty, let word = Word(token) else { return nil }
        advance(token.count)
        return word
    }

    package mutating func keyword<Word: Keyword>(_ family: Word.Type) throws(SyntaxError) -> Word {
        guard let word = takeKeyword(family) else { throw expected(.knownWord) }
        return word
    }

    /// Takes the next word if it is `word` (in upper case).
    package mutating func takeWord(_ word: StaticString) -> Bool {
        // Most words that are asked for are not there, and their first letter tells.
        guard let first = peek, unsafe first.asciiUppercased == word.utf8Start[0] else {
            return false
        }
        let token = nextWord
        guard token.spells(word) else { return false }
        advance(token.count)
        return true
    }

    package mutating func word(_ word: StaticString) throws(SyntaxError) {
        guard takeWord(word) else { throw expected(.knownWord) }
    }
}

extension UInt8 {
    /// Whether it is a letter, a digit, `.` or `-`: a bit for each character, since more bytes are
    /// asked this than anything else.
    fileprivate var isOfWord: Bool {
        let signs: UInt64 = 0x03FF_6000_0000_0000
        let letters: UInt64 = 0x07FF_FFFE_07FF_FFFE
        return self < 0x80 && (self < 0x40 ? signs : letters) >> UInt64(self & 0x3F) & 1 != 0
    }
}
