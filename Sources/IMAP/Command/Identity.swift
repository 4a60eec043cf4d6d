// Who is speaking: ID (RFC 2971), AUTHENTICATE (RFC 9051, 6.2.2), LOGIN (6.2.3), ENABLE (RFC 5161).
import Bytes

/// One pair of ID: `"name" "Thunderbird"`.
package struct IDField: Equatable, Sendable {
    /// RFC 2971, 3.3 sets all three bounds; lengths are in bytes.
    package static let pairsMax = 30
    package static let keyBytesMax = 30
    package static let valueBytesMax = 1024

    package let key: [UInt8]
    /// NIL is nil.
    package let value: [UInt8]?

    package init(key: [UInt8], value: [UInt8]?) {
        self.key = key
        self.value = value
    }
}

extension [IDField] {
    /// What the client calls itself; empty when it doesn't say.
    package var clientName: String {
        let name = first { $0.key.span.uppercased == [UInt8]("NAME".utf8) }
        return String(decoding: name?.value ?? [], as: UTF8.self)
    }
}

extension [IDField] {
    /// Of a value in a record, in bytes.
    private static let describedBytesMax = 96

    /// Appends what the client says of itself, as `name "Thunderbird" version "128"`; octets that
    /// are no printable ASCII as question marks.
    func describe(into digest: inout CommandDigest) {
        for (index, field) in enumerated() {
            if index > 0 { digest.append(UInt8(ascii: " ")) }
            digest.append(printable: field.key.span)
            digest.append(UInt8(ascii: " "))
            guard let value = field.value else {
                digest.append("NIL")
                continue
            }
            digest.append(UInt8(ascii: "\""))
            digest.append(printable: value.span.extracting(first: Self.describedBytesMax))
            digest.append(UInt8(ascii: "\""))
        }
    }
}

extension Cursor {
    /// ID: `NIL` or `(` *(string SP nstring) `)`.
    mutating func idFields() throws(SyntaxError) -> [IDField] {
        if takeWord("NIL") { return [] }
        try open()
        var fields: [IDField] = []
        if take(UInt8(ascii: ")")) { return fields }
        repeat {
            guard fields.count < IDField.pairsMax else { throw .tooMany(at: offset) }
            let key = try string(bytesMax: IDField.keyBytesMax)
            try space()
            fields.append(
                IDField(key: key, value: try nstring(bytesMax: IDField.valueBytesMax))
            )
        } while takeSpace()
        try close()
        return fields
    }

    /// AUTHENTICATE: mechanism [SP (`=` / base64)], the mechanism folded to upper case.
    mutating func authenticate() throws(SyntaxError) -> Command {
        let start = offset
        let name = span(try atom())
        // RFC 4422, 3.1: a mechanism's name has at most 20 characters.
        guard name.count <= 20 else { throw .tooLong(at: start) }
        let mechanism = name.uppercased
        guard takeSpace() else {
            return .authenticate(mechanism: mechanism, initialResponse: nil)
        }
        if take(UInt8(ascii: "=")) {
            return .authenticate(mechanism: mechanism, initialResponse: Secret(""))
        }
        let response = Secret(span(try base64()))
        return .authenticate(mechanism: mechanism, initialResponse: response)
    }

    /// LOGIN: astring SP astring, ASCII only (RFC 6855, 5).
    mutating func login() throws(SyntaxError) -> Command {
        let start = offset
        let user = try astring(bytesMax: StringLimit.credential)
        guard user.span.isASCII else { throw .expected(.ascii, at: start) }
        try space()
        return .login(user: user, password: try secret())
    }

    /// ENABLE: 1*(SP capability), folded to upper case.
    mutating func capabilities() throws(SyntaxError) -> [ShortBytes] {
        var capabilities: [ShortBytes] = []
        repeat {
            let start = offset
            let name = span(try atom())
            // Longer and more than any capability there is.
            guard name.count <= 64 else { throw .tooLong(at: start) }
            guard capabilities.count < 32 else { throw .tooMany(at: start) }
            capabilities.append(ShortBytes(name.uppercased.span))
        } while takeSpace()
        return capabilities
    }

    /// COMPRESS: the one mechanism that RFC 4978 defines.
    mutating func compress() throws(SyntaxError) -> Command {
        try word("DEFLATE")
        return .compress
    }
}

extension CommandEncoder {
    mutating func idFields(_ fields: [IDField]) {
        guard !fields.isEmpty else { return append(" NIL") }
        var separator: StaticString = " ("
        for field in fields {
            append(separator)
            string(field.key)
            space()
            if let value = field.value { string(value) } else { append("NIL") }
            separator = " "
        }
        append(UInt8(ascii: ")"))
    }

    mutating func authenticate(_ mechanism: [UInt8], _ initialResponse: Secret?) {
        space()
        append(mechanism.span)
        guard let initialResponse else { return }
        space()
        if initialResponse.isEmpty { append(UInt8(ascii: "=")) }
        initialResponse.withBytes { append($0) }
    }

    mutating func login(_ user: [UInt8], _ password: Secret) {
        space()
        string(user)
        space()
        password.withBytes { string($0) }
    }

    mutating func capabilities(_ capabilities: [ShortBytes]) {
        for capability in capabilities {
            space()
            buffer.append(capability)
        }
    }
}

extension Span where Element == UInt8 {
    /// The bytes with ASCII letters in upper case.
    var uppercased: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for index in indices { bytes.append(self[index].asciiUppercased) }
        return bytes
    }
}
