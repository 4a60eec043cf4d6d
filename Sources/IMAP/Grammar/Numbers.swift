// Numbers of the grammar, each with the bounds that its place has (RFC 9051, 9; RFC 7162, 7).
import Bytes

extension Cursor {
    /// Takes a number of 32 bits; leading zeros are as good as in the RFC's grammar.
    package mutating func number() throws(SyntaxError) -> UInt32 {
        guard let number = digits(), let small = UInt32(exactly: number) else {
            throw expected(.number)
        }
        return small
    }

    /// Takes a number of 63 bits (RFC 9051, number64).
    package mutating func number64() throws(SyntaxError) -> UInt64 {
        guard let number = digits() else { throw expected(.number) }
        return number
    }

    /// Takes a number of 32 bits that does not begin with a zero: UIDs and message numbers.
    package mutating func nonZeroNumber() throws(SyntaxError) -> UInt32 {
        guard peek != UInt8(ascii: "0"), let number = digits(), let small = UInt32(exactly: number)
        else { throw expected(.nonZeroNumber) }
        return small
    }

    /// Takes a mod-sequence of 63 bits, where `isZeroAllowed` is RFC 7162's mod-sequence-valzer.
    package mutating func modSequence(isZeroAllowed: Bool) throws(SyntaxError) -> UInt64 {
        guard let number = digits(), isZeroAllowed || number > 0 else {
            throw expected(.modSequence)
        }
        return number
    }

    /// Takes exactly `count` digits as a number.
    package mutating func fixedDigits(_ count: Int) -> Int? {
        guard count <= remaining else { return nil }
        var number = 0
        for index in offset..<offset + count {
            guard bytes[index] &- 48 < 10 else { return nil }
            number = number * 10 + Int(bytes[index] - 48)
        }
        advance(count)
        return number
    }

    /// The number at the cursor, nil when there is none or it does not fit 63 bits.
    private mutating func digits() -> UInt64? {
        var ahead = self
        let range = ahead.take(while: .digit)
        guard !range.isEmpty, range.count <= 19 else { return nil }
        var number: UInt64 = 0
        // 19 digits never overflow 64 bits.
        for index in range { number = number * 10 + UInt64(bytes[index] - 48) }
        guard number <= UInt64(Int64.max) else { return nil }
        self = ahead
        return number
    }
}
