// A key for fields of records: whose it is, of which period, and its file's text.
package import Bytes
import COpenSSL

/// 32 random bytes with a name; letting go of it wipes them.
package final class FieldKey {
    /// Whom the fields tell of that the key is for.
    package enum Subject: Hashable {
        /// A user, by the text that stands between the quotes of his records' `user`.
        case person([UInt8])
        /// Everybody who has no key of his own.
        case common
        /// Pseudonyms are made with it; it encrypts nothing.
        case pseudonyms
    }

    package static let byteCount = 32
    /// Of the text of a file; a user's name has at most 255 bytes.
    package static let textBytesMax = 4096
    package static let subjectBytesMax = 1536

    /// 16 hexadecimal digits.
    package let id: String
    package let period: String
    package let subject: Subject
    package let secret: Secret
    /// Values encrypted since the recorder began: chance must not give one nonce twice.
    package internal(set) var uses: UInt64 = 0

    /// Values under one key; with 2^31 random nonces two are the same once in 2^35 keys.
    package static let usesMax: UInt64 = 1 << 31

    private init(id: String, period: String, subject: Subject, secret: Secret) {
        self.id = id
        self.period = period
        self.subject = subject
        self.secret = secret
    }

    /// A new key; nil where the library has no chance to draw from.
    package convenience init?(for subject: Subject, in period: String) {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        var name = [UInt8](repeating: 0, count: 8)
        defer { unsafe OPENSSL_cleanse(&bytes, bytes.count) }
        guard unsafe RAND_priv_bytes(&bytes, Int32(bytes.count)) == 1,
            unsafe RAND_bytes(&name, Int32(name.count)) == 1
        else { return nil }
        self.init(
            id: name.hexadecimal,
            period: period,
            subject: subject,
            secret: Secret(bytes.span)
        )
    }

    package static func isID(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 16
            && text.utf8.allSatisfy { 48...57 ~= $0 || 97...102 ~= $0 }
    }
}

// MARK: A key's file

extension FieldKey {
    private static let first = "postern-key 1"

    /// Lines of a word and what it names; the last is the key in Base64.
    package var text: Secret {
        var text = Buffer()
        defer { text.wipe() }
        text.reserve(Self.textBytesMax)
        text.append(text: "\(Self.first)\nid \(id)\nperiod \(period)\n")
        switch subject {
        case .person(let name):
            text.append("person ")
            text.append(name.span)
            text.append("\n")
        case .common: text.append("common\n")
        case .pseudonyms: text.append("pseudonyms\n")
        }
        text.append("key ")
        secret.withBytes { Base64.encode($0, into: &text) }
        text.append("\n")
        return Secret(text.span)
    }

    /// Reads what `text` wrote; nil where it is no key's file.
    package convenience init?(text: Secret) {
        var parts: (id: String, period: String, subject: Subject, secret: Secret)?
        text.withBytes { bytes in parts = Self.parts(of: bytes) }
        guard let parts else { return nil }
        self.init(
            id: parts.id,
            period: parts.period,
            subject: parts.subject,
            secret: parts.secret
        )
    }

    private static func parts(
        of text: Span<UInt8>
    ) -> (id: String, period: String, subject: Subject, secret: Secret)? {
        var lines: [Range<Int>] = []
        var start = 0
        while let length = text.extracting(start...).firstLineBytes {
            lines.append(start..<start + length - 1)
            start += length
        }
        guard lines.count == 5, start == text.count, word(text, lines[0]) == first,
            let id = word(text, lines[1], behind: "id "), isID(id),
            let period = word(text, lines[2], behind: "period "), KeyPeriod.isName(period),
            let subject = subject(text.extracting(lines[3])),
            text.extracting(lines[4]).begins(with: "key ")
        else { return nil }
        var key = Buffer()
        defer { key.wipe() }
        key.reserve(byteCount + 3)
        let digits = text.extracting(lines[4]).extracting(droppingFirst: 4)
        guard Base64.decode(digits, into: &key), key.count == byteCount else { return nil }
        return (id, period, subject, Secret(key.span))
    }

    private static func word(
        _ text: Span<UInt8>,
        _ line: Range<Int>,
        behind beginning: StaticString = ""
    ) -> String? {
        let line = text.extracting(line)
        guard line.begins(with: beginning) else { return nil }
        return line.extracting(droppingFirst: beginning.utf8CodeUnitCount).unescaped
    }

    private static func subject(_ line: Span<UInt8>) -> Subject? {
        if line.equals("common") { return .common }
        if line.equals("pseudonyms") { return .pseudonyms }
        guard line.begins(with: "person "), line.count <= 7 + subjectBytesMax else { return nil }
        let name = line.extracting(droppingFirst: 7)
        return .person(name.indices.map { name[$0] })
    }
}

extension FieldKey.Subject {
    /// The user of this name, as records have it.
    package init(user: String) {
        var text = Buffer()
        text.appendString(user.utf8.span)
        let bytes = text.bytes
        self = .person(Array(bytes[1..<bytes.count - 1]))
    }
}

extension Span where Element == UInt8 {
    func begins(with beginning: StaticString) -> Bool {
        count >= beginning.utf8CodeUnitCount
            && extracting(first: beginning.utf8CodeUnitCount).equals(beginning)
    }
}

extension [UInt8] {
    /// Two digits a byte.
    package var hexadecimal: String {
        var text = Buffer()
        text.appendHexString(span)
        return String(text.text.dropFirst().dropLast())
    }
}
