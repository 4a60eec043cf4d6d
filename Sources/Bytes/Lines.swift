// Finds an octet, and the ends of lines, with the C library's vector code.
import Glibc

extension Span where Element == UInt8 {
    /// Bytes up to the first line feed, it included; nil where there is none.
    package var firstLineBytes: Int? { firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } }

    /// Where `byte` stands first; nil where it doesn't.
    package func firstIndex(of byte: UInt8) -> Int? {
        unsafe withUnsafeBytes { bytes in
            guard
                let base = bytes.baseAddress,
                let found = unsafe memchr(base, Int32(byte), bytes.count)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - base
        }
    }
}
