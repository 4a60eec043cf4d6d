// What the gateway asks postern-pam, and what it answers.
//
// The channel is a socketpair of SOCK_SEQPACKET: one packet is one message, and one question is
// under way at a time. Numbers are in network order.
//
//     question   u32 id, u8 0, then user, password, rhost: each u16 length and that many octets
//                u32 id, u8 1, then user: which Unix groups is the user in?
//     answer     u32 id, u8 AuthenticationAnswer
//                u32 id, u8 16, u16 count, then so many names of groups: each u16 length and octets
//
// Where the groups can't be told, the answer is `unavailable`.
//
// The PAM service and its folder are the helper's command line: what comes from the network picks
// neither. The user name is canonical, so that a gateway gone astray cannot hand libpam another kind;
// no password holds NUL, because libpam's strings end there.
package import Bytes

/// What a helper is asked.
package enum PAMRequest: Equatable, Sendable {
    /// May this user with this password log in from there?
    case login(Credentials)
    /// The name is canonical.
    case groups(of: String)
}

/// One question to a helper.
package struct PAMQuestion: Equatable, Sendable {
    /// Chosen by the asker and repeated in the answer.
    package let id: UInt32
    package let request: PAMRequest

    package init(id: UInt32, _ request: PAMRequest) {
        self.id = id
        self.request = request
    }

    private static let login: UInt8 = 0
    private static let groups: UInt8 = 1

    /// As `UserName.bytesMax`.
    package static let userBytesMax = UserName.bytesMax
    /// No password is longer in practice, and PAM modules hash every byte (PAM_MAX_RESP_SIZE is 512).
    package static let passwordBytesMax = 512
    /// The longest text form of an address with a zone.
    package static let hostBytesMax = 64
    /// Every question fits; a longer packet is none.
    package static let bytesMax = 5 + 6 + userBytesMax + passwordBytesMax + hostBytesMax

    /// Whether a question can hold the password: one that it can't is nobody's.
    package static func carries(_ password: Secret) -> Bool {
        password.withBytes { isValid(password: $0) }
    }

    /// Appends the packet to `buffer`, which the caller wipes.
    ///
    /// Returns false, and appends nothing, when a field is not as the protocol wants it.
    package func encode(into buffer: inout Buffer) -> Bool {
        switch request {
        case .login(let credentials): return encode(credentials, into: &buffer)
        case .groups(let user):
            let user = Array(user.utf8)
            guard Self.isCanonical(user) else { return false }
            buffer.append(network: id)
            buffer.append(Self.groups)
            buffer.append(counted: user.span)
            return true
        }
    }

    private func encode(_ credentials: Credentials, into buffer: inout Buffer) -> Bool {
        let user = Array(credentials.user.utf8)
        let host = Array(credentials.host.utf8)
        let isSendable = credentials.password.withBytes { password in
            Self.areValid(user: user.span, password: password, host: host.span)
        }
        guard isSendable else { return false }
        buffer.append(network: id)
        buffer.append(Self.login)
        buffer.append(counted: user.span)
        credentials.password.withBytes { buffer.append(counted: $0) }
        buffer.append(counted: host.span)
        return true
    }

    /// The question in a packet, nil when it holds anything else; the caller wipes the packet.
    package init?(_ packet: Span<UInt8>) {
        guard packet.count <= Self.bytesMax else { return nil }
        var cursor = PacketCursor(packet)
        guard let id = cursor.number(), let kind = cursor.byte(), let user = cursor.counted() else {
            return nil
        }
        self.id = id
        let name = packet.extracting(user).array
        if kind == Self.groups {
            guard cursor.isAtEnd, Self.isCanonical(name) else { return nil }
            request = .groups(of: String(decoding: name, as: UTF8.self))
            return
        }
        guard kind == Self.login, let password = cursor.counted(), let host = cursor.counted(),
            cursor.isAtEnd,
            Self.areValid(
                user: packet.extracting(user),
                password: packet.extracting(password),
                host: packet.extracting(host)
            )
        else { return nil }
        request = .login(
            Credentials(
                user: String(decoding: name, as: UTF8.self),
                password: Secret(packet.extracting(password)),
                host: String(decoding: packet.extracting(host).array, as: UTF8.self)
            )
        )
    }

    private static func areValid(
        user: Span<UInt8>,
        password: Span<UInt8>,
        host: Span<UInt8>
    ) -> Bool {
        isCanonical(user.array)
            && isValid(password: password)
            && host.count <= hostBytesMax
            && !host.hasByte { !(0x21...0x7E).contains($0) }
    }

    private static func isValid(password: Span<UInt8>) -> Bool {
        (1...passwordBytesMax).contains(password.count) && !password.hasByte { $0 == 0 }
    }

    private static func isCanonical(_ user: [UInt8]) -> Bool {
        guard let canonical = UserName.canonical(user) else { return false }
        return canonical.utf8.elementsEqual(user)
    }
}

/// A helper's answer to one question.
package struct PAMReply: Equatable, Sendable {
    package enum Answer: Equatable, Sendable {
        case judged(AuthenticationAnswer)
        /// All Unix groups of the user, by name.
        case groups(Set<String>)
    }

    package let id: UInt32
    package let answer: Answer

    package init(id: UInt32, _ answer: Answer) {
        self.id = id
        self.answer = answer
    }

    package init(id: UInt32, answer: AuthenticationAnswer) { self.init(id: id, .judged(answer)) }

    /// Whoever is in more groups can't be told of.
    package static let groupsMax = 2000
    /// As a policy names them.
    package static let groupBytesMax = 256
    /// What one packet of a SOCK_SEQPACKET surely carries.
    package static let bytesMax = 64 * 1024
    private static let groups: UInt8 = 16

    /// Appends the packet to `buffer`; false, with nothing appended, where it holds too much.
    package func encode(into buffer: inout Buffer) -> Bool {
        switch answer {
        case .judged(let answer):
            buffer.append(network: id)
            buffer.append(answer.rawValue)
        case .groups(let groups):
            let names = groups.sorted().map { Array($0.utf8) }
            let count = names.reduce(7) { $0 + 2 + $1.count }
            guard count <= Self.bytesMax, names.count <= Self.groupsMax,
                names.allSatisfy({ Self.isGroup($0.span) })
            else { return false }
            buffer.append(network: id)
            buffer.append(Self.groups)
            buffer.append(UInt8(truncatingIfNeeded: names.count >> 8))
            buffer.append(UInt8(truncatingIfNeeded: names.count))
            for name in names { buffer.append(counted: name.span) }
        }
        return true
    }

    /// The answer in a packet, nil when it holds anything else.
    package init?(_ packet: Span<UInt8>) {
        guard packet.count <= Self.bytesMax else { return nil }
        var cursor = PacketCursor(packet)
        guard let id = cursor.number(), let code = cursor.byte() else { return nil }
        guard code == Self.groups else {
            guard cursor.isAtEnd, let answer = AuthenticationAnswer(rawValue: code) else {
                return nil
            }
            self.init(id: id, answer: answer)
            return
        }
        guard let high = cursor.byte(), let low = cursor.byte() else { return nil }
        let count = Int(high) << 8 | Int(low)
        guard count <= Self.groupsMax else { return nil }
        var names: Set<String> = []
        for _ in 0..<count {
            guard let range = cursor.counted(), Self.isGroup(packet.extracting(range)) else {
                return nil
            }
            names.insert(String(decoding: packet.extracting(range).array, as: UTF8.self))
        }
        guard cursor.isAtEnd, names.count == count else { return nil }
        self.init(id: id, .groups(names))
    }

    /// Whether a policy could name the group: those that it can't are not told of.
    package static func isGroup(_ name: Span<UInt8>) -> Bool {
        (1...groupBytesMax).contains(name.count) && !name.hasByte { !(0x20...0x7E).contains($0) }
    }
}

/// Reads a packet from its front; every step says whether it was there.
private struct PacketCursor: ~Escapable {
    private let packet: Span<UInt8>
    private var offset = 0

    @_lifetime(copy packet)
    init(_ packet: Span<UInt8>) { self.packet = packet }

    var isAtEnd: Bool { offset == packet.count }

    mutating func byte() -> UInt8? {
        guard offset < packet.count else { return nil }
        defer { offset += 1 }
        return packet[offset]
    }

    mutating func number() -> UInt32? {
        var number: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = byte() else { return nil }
            number = number << 8 | UInt32(byte)
        }
        return number
    }

    /// Where the octets of a counted field stand.
    mutating func counted() -> Range<Int>? {
        guard let high = byte(), let low = byte() else { return nil }
        let count = Int(high) << 8 | Int(low)
        guard packet.count - offset >= count else { return nil }
        defer { offset += count }
        return offset..<offset + count
    }
}

extension Span where Element == UInt8 {
    fileprivate func hasByte(where matches: (UInt8) -> Bool) -> Bool {
        for index in indices where matches(self[index]) { return true }
        return false
    }
}

extension Buffer {
    fileprivate mutating func append(network number: UInt32) {
        append(UInt8(truncatingIfNeeded: number >> 24))
        append(UInt8(truncatingIfNeeded: number >> 16))
        append(UInt8(truncatingIfNeeded: number >> 8))
        append(UInt8(truncatingIfNeeded: number))
    }

    /// The length must be checked before: it is cut to 16 bits here.
    fileprivate mutating func append(counted bytes: Span<UInt8>) {
        append(UInt8(truncatingIfNeeded: bytes.count >> 8))
        append(UInt8(truncatingIfNeeded: bytes.count))
        append(bytes)
    }
}
