// A certificate authority in a folder of its own: makes what the tests need with `openssl`.
import Bytes
import Foundation
import TLS

/// What `openssl` said when it failed.
struct AuthorityError: Error { let output: String }

/// A CA whose certificates live as long as the object.
final class Authority: Sendable {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(
            component: "postern-tls-\(UUID().uuidString)"
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data("01\n".utf8).write(to: folder.appending(component: "crlnumber"))
        try Data().write(to: folder.appending(component: "index.txt"))
        let configuration = """
            [ca]
            default_ca = own
            [own]
            database = index.txt
            crlnumber = crlnumber
            certificate = ca.pem
            private_key = ca.key
            default_md = sha256
            default_crl_days = 30
            [req]
            distinguished_name = name
            [name]
            """
        try Data(configuration.utf8).write(to: folder.appending(component: "ca.cnf"))
        try openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key "
                + "-out ca.pem -days 30 -config ca.cnf -addext basicConstraints=critical,CA:TRUE "
                + "-addext keyUsage=critical,keyCertSign,cRLSign -subj",
            "/O=House/CN=CA \(UUID().uuidString)"
        )
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var caPEM: [UInt8] { get throws { try read("ca.pem") } }

    /// A certificate for `subject` with the extensions of an OpenSSL configuration section.
    func certificate(
        _ name: String,
        subject: String = "/CN=postern",
        extensions: String,
        key: String = "ec -pkeyopt ec_paramgen_curve:P-256",
        days: Int = 10
    ) throws -> CertificateAndKey {
        try Data(extensions.utf8).write(to: folder.appending(component: "\(name).ext"))
        try openssl(
            "req -new -newkey \(key) -nodes -keyout \(name).key -out \(name).csr -config ca.cnf "
                + "-utf8 -subj",
            subject
        )
        try openssl(
            "x509 -req -in \(name).csr -CA ca.pem -CAkey ca.key -out \(name).pem "
                + "-days \(days) -extfile \(name).ext"
        )
        let keyPEM = try read("\(name).key")
        return try CertificateAndKey(chainPEM: read("\(name).pem"), keyPEM: Secret(keyPEM.span))
    }

    /// A certificate for imap.example.org that vouches for itself.
    func selfSigned() throws -> CertificateAndKey {
        try openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout self.key "
                + "-out self.pem -days 5 -config ca.cnf "
                + "-addext subjectAltName=DNS:imap.example.org -subj",
            "/CN=self"
        )
        let keyPEM = try read("self.key")
        return try CertificateAndKey(chainPEM: read("self.pem"), keyPEM: Secret(keyPEM.span))
    }

    /// A revocation list that names the certificates.
    func revocationList(revoking names: String...) throws -> [UInt8] {
        for name in names { try openssl("ca -config ca.cnf -revoke \(name).pem") }
        try openssl("ca -config ca.cnf -gencrl -out ca.crl")
        return try read("ca.crl")
    }

    private func read(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: folder.appending(component: name)))
    }

    private func openssl(_ words: String, _ last: String...) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = words.split(separator: " ").map(String.init) + last
        process.currentDirectoryURL = folder
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw AuthorityError(output: String(decoding: text, as: UTF8.self))
        }
    }
}
