// What goes in at one end comes out at the other, in whatever pieces; and nothing else comes out.
import Bytes
import Compression
import Testing

/// Both ends of one direction.
private final class Line {
    private var deflater: Deflater
    private var inflater: Inflater

    init(excessBytesMax: Int = 1 << 20) throws {
        deflater = try Deflater()
        inflater = try Inflater(excessBytesMax: excessBytesMax)
    }

    func deflate(_ bytes: [UInt8], flushes: Bool = true) -> [UInt8] {
        var output = Buffer()
        deflater.deflate(bytes.span, into: &output)
        if flushes { deflater.flush(into: &output) }
        return output.bytes
    }

    func flush() -> [UInt8] {
        var output = Buffer()
        deflater.flush(into: &output)
        return output.bytes
    }

    /// All that `bytes` decompress to; every piece keeps the bound.
    func inflate(_ bytes: [UInt8]) throws -> [UInt8] {
        var all = Buffer()
        var input = Buffer(bytes)
        repeat {
            var piece = Buffer()
            input.removeFirst(try inflater.inflate(input.span, into: &piece))
            #expect(piece.count <= Inflater.pieceBytesMax)
            all.append(piece)
        } while !input.isEmpty || inflater.isHolding
        return all.bytes
    }
}

/// Bytes that hardly shrink, the same for a seed.
private func noise(_ count: Int, seed: UInt64) -> [UInt8] {
    var state = seed &* 2_862_933_555_777_941_757 &+ 1
    return (0..<count).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
    }
}

@Suite("Compressed streams")
struct CompressionTests {
    private static let talk = Array("a NOOP\r\nb UID FETCH 1:* (FLAGS)\r\nc IDLE\r\n".utf8)

    @Test("give back what went in", arguments: [0, 1, 100, 16_384, 16_385, 300_000])
    func roundTrip(_ count: Int) throws {
        let line = try Line()
        for bytes in [noise(count, seed: 7), Array(repeating: 0x41, count: count)] {
            #expect(try line.inflate(line.deflate(bytes)) == bytes)
        }
    }

    @Test("read the same at every cut")
    func cuts() throws {
        let compressed = try Line().deflate(Self.talk)
        for cut in compressed.indices {
            let line = try Line()
            let first = try line.inflate(Array(compressed[..<cut]))
            #expect(try first + line.inflate(Array(compressed[cut...])) == Self.talk)
        }
    }

    @Test("can be read up to a flush, and are flushed once")
    func flushes() throws {
        let line = try Line()
        #expect(line.deflate(Self.talk, flushes: false) == [])
        let flushed = line.flush()
        #expect(try line.inflate(flushed) == Self.talk)
        #expect(line.flush() == [])
    }

    @Test("hold what grows back, piece by piece")
    func pieces() throws {
        let line = try Line()
        let zeros = [UInt8](repeating: 0, count: 1 << 20)
        let compressed = line.deflate(zeros)
        #expect(compressed.count < 8192)
        #expect(try line.inflate(compressed) == zeros)
    }

    @Test("end when they grow as no mail does")
    func bombs() throws {
        let line = try Line(excessBytesMax: 1 << 20)
        let compressed = line.deflate([UInt8](repeating: 0, count: 10 << 20))
        #expect(throws: CompressionError.excessive) { try line.inflate(compressed) }
    }

    @Test("may hold messages of zeros, which count for nothing")
    func messages() throws {
        var deflater = try Deflater()
        var inflater = try Inflater(excessBytesMax: 1 << 16)
        var compressed = Buffer()
        deflater.deflate([UInt8](repeating: 0, count: 4 << 20).span, into: &compressed)
        deflater.flush(into: &compressed)
        repeat {
            var piece = Buffer()
            compressed.removeFirst(try inflater.inflate(compressed.span, into: &piece))
            inflater.forgive(piece.count)
        } while !compressed.isEmpty || inflater.isHolding
    }

    @Test("forget what grew, where mail comes behind it")
    func forgives() throws {
        let line = try Line(excessBytesMax: 2 << 20)
        let zeros = [UInt8](repeating: 0, count: 2 << 20)
        for seed in 0..<4 {
            #expect(try line.inflate(line.deflate(zeros)).count == zeros.count)
            _ = try line.inflate(line.deflate(noise(20_000, seed: UInt64(seed))))
        }
    }

    @Test("end at what is no deflate", arguments: 0..<50 as Range<UInt64>)
    func garbage(seed: UInt64) throws {
        let line = try Line()
        // Valid by chance for a while; the bound on what comes of it holds all the same.
        #expect(throws: CompressionError.malformed) {
            _ = try line.inflate(noise(200_000, seed: seed))
        }
    }

    @Test("have nothing behind their end")
    func nothingBehindTheEnd() throws {
        let line = try Line()
        // One final, empty block of fixed codes (RFC 1951, 3.2.6).
        #expect(try line.inflate([0x03, 0x00]) == [])
        #expect(try line.inflate([]) == [])
        #expect(throws: CompressionError.malformed) { try line.inflate([0x00]) }
    }
}
