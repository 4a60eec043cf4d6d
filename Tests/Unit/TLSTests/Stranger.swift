// Runs `openssl s_client` against one server connection and reports what each side saw.
import Bytes
import Foundation
import Glibc
import TLS

/// What a conversation with `openssl s_client` left behind.
struct Stranger {
    /// What the kernel or the client refused.
    struct Failure: Error { let step: String }

    var progress = TLSProgress.handshaking
    var facts: TLSFacts?
    /// What the server decrypted.
    var plaintext = ""
    /// What the server sent, as it went over the wire.
    var ciphertext = ""
    /// What the client printed.
    var transcript = ""

    /// Long enough for a loaded machine; a peer silent for so long fails the test.
    private static let silenceSecondsMax = 20

    /// Lets the client say `text`; the server greets, sends a ticket, and hangs up at `bye`.
    static func talk(
        to context: ServerTLSContext,
        with options: [String],
        saying text: String = "bye\n"
    ) throws -> Stranger {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        let port = try listen(on: listener)
        let process = Process()
        let input = Pipe()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = ["s_client", "-connect", "127.0.0.1:\(port)"] + options
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        let peer = accept(listener, nil, nil)
        var stranger = Stranger()
        let served = Result { try stranger.serve(peer, with: context) }
        close(peer)
        try input.fileHandleForWriting.close()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try served.get()
        stranger.transcript = String(decoding: printed, as: UTF8.self)
        return stranger
    }

    private static func listen(on listener: Int32) throws -> UInt16 {
        var patience = timeval(tv_sec: silenceSecondsMax, tv_usec: 0)
        unsafe setsockopt(
            listener,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &patience,
            socklen_t(MemoryLayout<timeval>.size)
        )
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(listener, address, size) == 0
                    && Glibc.listen(listener, 1) == 0
                    && getsockname(listener, address, &size) == 0
            }
        }
        guard isListening else { throw Failure(step: "listen") }
        return UInt16(bigEndian: address.sin_port)
    }

    private mutating func serve(_ peer: Int32, with context: ServerTLSContext) throws {
        guard peer >= 0 else { throw Failure(step: "accept") }
        var patience = timeval(tv_sec: Self.silenceSecondsMax, tv_usec: 0)
        unsafe setsockopt(
            peer,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &patience,
            socklen_t(MemoryLayout<timeval>.size)
        )
        var connection = try TLSConnection(server: context, wire: TLSWire())
        var received = Buffer()
        var out = Buffer()
        var chunk = [UInt8](repeating: 0, count: 4096)
        var hasGreeted = false
        var hasSentTicket = false
        while true {
            let count = unsafe recv(peer, &chunk, chunk.count, 0)
            guard count > 0 else { break }
            progress = connection.receive(
                chunk.span.extracting(first: count),
                plaintext: &received,
                ciphertextOut: &out
            )
            if connection.canSend, !hasGreeted {
                hasGreeted = connection.send(Array("* OK\r\n".utf8).span, ciphertextOut: &out)
            }
            if connection.isEstablished, !hasSentTicket {
                connection.sendTicket(ciphertextOut: &out)
                hasSentTicket = true
            }
            let isOver =
                received.text.contains("bye") || (progress != .open && progress != .handshaking)
            if isOver { connection.close(ciphertextOut: &out) }
            ciphertext += out.text
            let bytes = out.bytes
            out.removeAll()
            _ = unsafe Glibc.send(peer, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            if isOver { break }
        }
        facts = connection.facts
        plaintext = received.text
        // Closing over unread bytes would reset the connection under the client's last read.
        shutdown(peer, Int32(SHUT_WR))
        while unsafe recv(peer, &chunk, chunk.count, 0) > 0 {}
    }
}
