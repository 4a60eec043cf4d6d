// Decompresses a stream of raw deflate in small pieces, whatever the input would grow to.
package import Bytes
import CZlib

/// The receiving end of COMPRESS=DEFLATE (RFC 4978): about 40 KiB of memory once in use.
@safe
package struct Inflater: ~Copyable {
    /// Bytes of output that one call makes at most: what grows is held back, not stored.
    package static let pieceBytesMax = 16 * 1024

    /// Commands shrink to a third, a long line of one character to a thousandth.
    static let ratioMax = 100

    /// RFC 4978, 4: a raw stream, and the sender may use the whole window of 32 KiB.
    private static let windowBits: Int32 = -15

    /// zlib's state points back to it: it must not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// How far the output may exceed `ratioMax` times the input, in bytes.
    private let excessBytesMax: Int

    /// How far it does so now; ordinary input brings it back to 0.
    private var excess = 0

    /// The last call filled its room: zlib may hold more without any input.
    private var mayHoldMore = false
    private var hasEnded = false

    /// Whether a call may bring output though there is no input.
    package var isHolding: Bool { mayHoldMore }

    /// `excessBytesMax`: how much may come beyond any plausible ratio before it is too much.
    package init(excessBytesMax: Int) throws(CompressionError) {
        self.excessBytesMax = excessBytesMax
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let size = unsafe Int32(MemoryLayout<z_stream>.size)
        guard unsafe inflateInit2_(stream, Self.windowBits, ZLIB_VERSION, size) == Z_OK else {
            unsafe stream.deallocate()
            throw .outOfMemory
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Appends the next piece to `output`, at most `pieceBytesMax` bytes.
    ///
    /// Returns how many bytes of `input` it took. It stops early only because the piece is full.
    package mutating func inflate(
        _ input: Span<UInt8>,
        into output: inout Buffer
    ) throws(CompressionError) -> Int {
        guard !hasEnded else {
            if input.isEmpty { return 0 }
            throw .malformed
        }
        let given = min(input.count, Int(UInt32.max))
        var left = 0
        var made = 0
        var result = Z_OK
        unsafe input.withUnsafeBufferPointer { input in
            output.append(capacity: Self.pieceBytesMax) { room in
                unsafe room.withUnsafeMutableBufferPointer { bytes, count in
                    unsafe stream.pointee.next_in = input.baseAddress
                    unsafe stream.pointee.avail_in = UInt32(given)
                    unsafe stream.pointee.next_out = bytes.baseAddress
                    unsafe stream.pointee.avail_out = UInt32(min(bytes.count, Self.pieceBytesMax))
                    result = unsafe CZlib.inflate(stream, Z_SYNC_FLUSH)
                    left = unsafe Int(stream.pointee.avail_in)
                    made =
                        unsafe min(bytes.count, Self.pieceBytesMax)
                        - Int(stream.pointee.avail_out)
                    count = made
                }
            }
        }
        mayHoldMore = made == Self.pieceBytesMax
        try check(result)
        try weigh(taken: given - left, made: made)
        return given - left
    }

    /// Takes bytes that may well be so many out of the reckoning: a message may be all zeros.
    package mutating func forgive(_ count: Int) { excess = max(0, excess - count) }

    private mutating func check(_ result: Int32) throws(CompressionError) {
        switch result {
        // Z_BUF_ERROR: there was nothing to do.
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END:
            hasEnded = true
            mayHoldMore = false
        case Z_MEM_ERROR: throw .outOfMemory
        default: throw .malformed
        }
    }

    /// Ends streams that grow as no mail does, before they have cost much.
    private mutating func weigh(taken: Int, made: Int) throws(CompressionError) {
        excess = max(0, excess + made - taken * Self.ratioMax)
        if excess > excessBytesMax { throw .excessive }
    }
}
