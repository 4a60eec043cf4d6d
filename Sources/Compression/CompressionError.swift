// Why a compressed stream can't go on.

package enum CompressionError: Error, Equatable, CustomStringConvertible {
    /// The input is no raw deflate stream (RFC 1951), or goes on behind its end.
    case malformed
    /// The input grows beyond all that mail does.
    case excessive
    case outOfMemory

    package var description: String {
        switch self {
        case .malformed: "malformed compressed data"
        case .excessive: "compressed data grows without measure"
        case .outOfMemory: "out of memory"
        }
    }
}
