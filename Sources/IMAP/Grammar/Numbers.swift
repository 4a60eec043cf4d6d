// Numbers of the grammar, each with the bounds that its place has (RFC 9051, 9; RFC 7162, 7).
import Bytes

extension Cursor {
    /// Takes a number of 32 bits; leading zeros are as good as in the RFC's grammar.
    package mutating func number() throws(SyntaxError) -> UInt32 {
        guard let number = digits(in: 0...UInt64(UInt32.max)) else { throw expected(.number) }
        return UInt32(truncatingIfNeeded: number)
    }

    /// Takes a number of 63 bits (RFC 9051, number64).
    package mutating func number64() throws(SyntaxError) -> UInt64 {
        guard let number = digits(in: 0...Self.max63) else { throw expected(.number) }
        return number
    }

    /// Takes a number of 32 bits that does not begin with a zero: UIDs and message numbers.
    package mutating func nonZeroNumber() throws(SyntaxError) -> UInt32 {
        guard peek != UInt8(ascii: "0"), let number = digits(in: 1...UInt64(UInt32.max)) else {
            throw expected(.nonZeroNumber)
        }
        return UInt32(truncatingIfNeeded: number)
    }

    /// Takes a mod-sequence of 63 bits, where `isZeroAllowed` is RFC 7162's mod-sequence-valzer.
    package mutating func modSequence(isZeroAllowed: Bool) throws(SyntaxError) -> UInt64 {
        guard let number = digits(in: (isZeroAllowed ? 0 : 1)...Self.max63) else {
            throw expected(.modSequence)
        }
        return number
    }

    mutating func oneDigit() -> UInt8? {
        guard let byte = peek, byte &- 48 < 10 else { return nil }
        advance(1)
        return byte &- 48
    }

    /// Takes exactly two digits as a number.
    mutating func twoDigits() -> UInt8? {
        guard remaining >= 2 else { return nil }
        let (tens, ones) = (bytes[offset] &- 48, bytes[offset + 1] &- 48)
        guard tens < 10, ones < 10 else { return nil }
        advance(2)
        return tens &* 10 &+ ones
    }

    /// Takes exactly four digits as a number.
    mutating func fourDigits() -> UInt16? {
        var ahead = self
        guard let hundreds = ahead.twoDigits(), let ones = ahead.twoDigits() else { return nil }
        self = ahead
        return UInt16(hundreds) * 100 + UInt16(ones)
    }

    private static let max63 = UInt64(Int64.max)

    /// Takes the number at the cursor if it lies in `bounds`.
    private mutating func digits(in bounds: ClosedRange<UInt64>) -> UInt64? {
        var ahead = self
        let range = ahead.take(while: .digit)
        guard !range.isEmpty, range.count <= 19 else { return nil }
        var number: UInt64 = 0
        // 19 digits never overflow 64 bits.
        for index in range { number = number * 10 + UInt64(bytes[index] - 48) }
        guard bounds.contains(number) else { return nil }
        self = ahead
        return number
    }
}
