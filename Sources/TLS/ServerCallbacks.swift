// What OpenSSL asks a server in the middle of a handshake: which certificate, which application
// protocol, which ticket key, and whether a ticket is still good.
import COpenSSL

/// The answers' sources, immutable but for the rotation of ticket keys.
@safe
final class ServerCallbacks: Sendable {
    private let contexts: [ContextHandle]

    /// Lower-case DNS names, wildcards included, to indices of `contexts`.
    private let names: [String: Int]

    private let ticketKeys: TicketKeys

    init(contexts: [ContextHandle], names: [String: Int], ticketKeys: TicketKeys) {
        self.contexts = contexts
        self.names = names
        self.ticketKeys = ticketKeys
    }

    /// Points `context` here; the caller keeps both alive for as long as there are connections.
    func install(in context: ContextHandle) {
        let pointer = unsafe context.pointer
        let argument = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe SSL_CTX_set_ex_data(pointer, applicationDataIndex, argument)
        unsafe copenssl_SSL_CTX_set_servername_callback(pointer, chooseCertificate, argument)
        unsafe SSL_CTX_set_alpn_select_cb(pointer, chooseProtocol, nil)
        unsafe SSL_CTX_set_tlsext_ticket_key_evp_cb(pointer, keyTicket)
        unsafe SSL_CTX_set_session_ticket_cb(pointer, nil, judgeTicket, nil)
    }

    /// The context whose certificate is for `name`: exactly, or by a left-most wildcard (RFC 6125).
    fileprivate func context(for name: String) -> ContextHandle? {
        let name = name.lowercased()
        if let index = names[name] { return contexts[index] }
        guard let dot = name.firstIndex(of: ".") else { return nil }
        return names["*" + name[dot...]].map { contexts[$0] }
    }

    fileprivate func key(
        forTicketNamed name: UnsafeMutablePointer<UInt8>,
        iv: UnsafeMutablePointer<UInt8>,
        cipher: OpaquePointer?,
        mac: OpaquePointer?,
        isNew: Bool
    ) -> TicketVerdict {
        if isNew {
            guard let key = ticketKeys.current else { return .noTicket }
            return unsafe key.seal(name: name, iv: iv, cipher: cipher, mac: mac) ? .use : .failed
        }
        guard let (key, isPrevious) = unsafe ticketKeys.key(named: name) else { return .noTicket }
        guard unsafe key.open(iv: iv, cipher: cipher, mac: mac) else { return .failed }
        return isPrevious ? .useAndRenew : .use
    }
}

/// The numbers that OpenSSL gives to a ticket key callback's answers.
private enum TicketVerdict: Int32 {
    case failed = -1
    case noTicket = 0
    case use = 1
    case useAndRenew = 2
}

/// The index that OpenSSL reserves for the application's own data.
private let applicationDataIndex: Int32 = 0

/// An unknown name, like none at all, gets the default certificate: a client that asked for another
/// one will say so better than we could.
private func chooseCertificate(
    session: OpaquePointer?,
    alert: UnsafeMutablePointer<Int32>?,
    argument: UnsafeMutableRawPointer?
) -> Int32 {
    guard let argument = unsafe argument,
        let name = unsafe SSL_get_servername(session, TLSEXT_NAMETYPE_host_name)
    else { return SSL_TLSEXT_ERR_NOACK }
    let callbacks = unsafe Unmanaged<ServerCallbacks>.fromOpaque(argument).takeUnretainedValue()
    guard let context = unsafe callbacks.context(for: String(cString: name)) else {
        return SSL_TLSEXT_ERR_NOACK
    }
    let isSet = unsafe SSL_set_SSL_CTX(session, context.pointer) != nil
    return isSet ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL
}

/// A client that names application protocols must name `imap` (RFC 7301, 3.2): so a page in a
/// browser can't be tricked into speaking to a mail server.
private func chooseProtocol(
    session: OpaquePointer?,
    chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    chosenCount: UnsafeMutablePointer<UInt8>?,
    offered: UnsafePointer<UInt8>?,
    offeredCount: UInt32,
    argument: UnsafeMutableRawPointer?
) -> Int32 {
    let list = unsafe UnsafeBufferPointer(start: offered, count: Int(offeredCount))
    var index = 0
    while index < list.count {
        let count = unsafe Int(list[index])
        let start = index + 1
        guard count <= list.count - start else { break }
        let name = unsafe UnsafeBufferPointer(rebasing: list[start..<start + count])
        if unsafe name.elementsEqual(applicationProtocol.utf8) {
            unsafe chosen?.pointee = name.baseAddress
            unsafe chosenCount?.pointee = UInt8(count)
            return SSL_TLSEXT_ERR_OK
        }
        index = start + count
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}

/// The registered name of IMAP as an application protocol.
let applicationProtocol = "imap"

private func keyTicket(
    session: OpaquePointer?,
    name: UnsafeMutablePointer<UInt8>?,
    iv: UnsafeMutablePointer<UInt8>?,
    cipher: OpaquePointer?,
    mac: OpaquePointer?,
    isNew: Int32
) -> Int32 {
    let context = unsafe SSL_get_SSL_CTX(session)
    guard let argument = unsafe SSL_CTX_get_ex_data(context, applicationDataIndex),
        let name = unsafe name, let iv = unsafe iv
    else { return TicketVerdict.failed.rawValue }
    let callbacks = unsafe Unmanaged<ServerCallbacks>.fromOpaque(argument).takeUnretainedValue()
    let verdict = unsafe callbacks.key(
        forTicketNamed: name,
        iv: iv,
        cipher: cipher,
        mac: mac,
        isNew: isNew != 0
    )
    return verdict.rawValue
}

/// A ticket may outlive the client's certificate: then it is ignored, and the full handshake that
/// follows refuses the certificate.
private func judgeTicket(
    tls: OpaquePointer?,
    session: OpaquePointer?,
    name: UnsafePointer<UInt8>?,
    nameCount: Int,
    status: Int32,
    argument: UnsafeMutableRawPointer?
) -> Int32 {
    guard status == SSL_TICKET_SUCCESS || status == SSL_TICKET_SUCCESS_RENEW else {
        return SSL_TICKET_RETURN_IGNORE_RENEW
    }
    if let certificate = unsafe SSL_SESSION_get0_peer(session),
        unsafe X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0
    {
        return SSL_TICKET_RETURN_IGNORE_RENEW
    }
    return status == SSL_TICKET_SUCCESS ? SSL_TICKET_RETURN_USE : SSL_TICKET_RETURN_USE_RENEW
}
