// What a client that compresses adds between TLS and its session (RFC 4978).
import Bytes
import Compression
import Proxy

/// Both directions of a compressed client, and what of its input is not decompressed yet.
struct CompressedStream: ~Copyable {
    /// An idle session keeps no more room than this for what it will read, in bytes.
    private static let idleBytesMax = 512

    /// Commands shrink to a hundredth only where somebody means it to cost us.
    private static let excessBytesMax = 512 * 1024

    private var inflater: Inflater
    private var deflater: Deflater
    private var input = Buffer()

    init() throws(CompressionError) {
        let inflater = try Inflater(excessBytesMax: Self.excessBytesMax)
        let deflater = try Deflater()
        self.inflater = consume inflater
        self.deflater = consume deflater
    }

    var hasInput: Bool { !input.isEmpty || inflater.isHolding }

    /// Messages have a bound of their own, and may be all zeros.
    mutating func passedMessage(_ count: Int) { inflater.forgive(count) }

    mutating func keep(_ bytes: Span<UInt8>) { input.append(bytes) }

    /// Appends the next piece of what the client said.
    mutating func inflate(into output: inout Buffer) throws(CompressionError) {
        // Taken out, since its span would lend all of us.
        var waiting = Buffer()
        swap(&waiting, &input)
        waiting.removeFirst(try inflater.inflate(waiting.span, into: &output))
        if waiting.isEmpty { waiting.release(above: Self.idleBytesMax) }
        swap(&waiting, &input)
    }

    mutating func deflate(_ bytes: Span<UInt8>, into output: inout Buffer) {
        deflater.deflate(bytes, into: &output)
    }

    mutating func flush(into output: inout Buffer) { deflater.flush(into: &output) }
}

extension Connection {
    /// Whether the client's bytes may be decompressed: all that it caused so far has found its way.
    var mayInflate: Bool {
        client.hasCompressed && course == .open && client.unread.isEmpty
            && client.unsent.isEmpty && backend.unsent.isEmpty
    }
}

extension Driver {
    /// What one client may have decompressed in a turn, in bytes: as much as others may send.
    private static let inflatedBytesMax = Driver.clientReadBytesMax

    mutating func startCompression(_ connection: Connection) {
        do {
            var stream = try CompressedStream()
            stream.keep(connection.client.unread.span)
            connection.client.unread.release()
            connection.client.compression = consume stream
        } catch {
            clientIsGone(connection)
        }
    }

    /// Gives the session what the client sent, piece by piece, as long as it takes all.
    mutating func inflate(from connection: Connection) {
        var budget = Self.inflatedBytesMax
        // Taken out for as long as the session reads it.
        var piece = Buffer()
        swap(&piece, &inflated)
        defer { swap(&piece, &inflated) }
        while budget > 0, connection.mayInflate, mayRead {
            do {
                try connection.client.compression?.inflate(into: &piece)
            } catch {
                piece.removeAll()
                answers.append(.clientBroke(error == .excessive ? .excessive : .malformed))
                return
            }
            budget -= piece.count
            take(piece.span, of: .client, at: connection)
            piece.removeAll()
        }
    }

    mutating func deflate(_ bytes: Span<UInt8>, for connection: Connection) {
        connection.client.compression?.deflate(bytes, into: &deflated)
        encryptDeflated(for: connection)
    }

    /// Lets the client have all that was said to it: once for each piece of work.
    mutating func flushDeflated(for connection: Connection) {
        guard connection.client.isCompressed else { return }
        connection.client.compression?.flush(into: &deflated)
        encryptDeflated(for: connection)
    }

    private mutating func encryptDeflated(for connection: Connection) {
        guard !deflated.isEmpty else { return }
        var bytes = Buffer()
        swap(&bytes, &deflated)
        encryptForClient(bytes.span, of: connection)
        bytes.removeAll()
        swap(&bytes, &deflated)
    }
}
