// Takes from a certificate who it speaks for, and lets no forged name through.
import COpenSSL

extension PeerCertificate {
    init(_ certificate: Certificate) {
        let pointer = unsafe certificate.pointer
        let names = SubjectNames(certificate)
        unsafe self.init(
            fingerprintSHA256: hex(digestSHA256(of: pointer)),
            subject: distinguishedName(X509_get_subject_name(pointer)),
            issuer: distinguishedName(X509_get_issuer_name(pointer)),
            serial: serialHex(of: pointer),
            emailAddresses: names.emailAddresses,
            userPrincipalNames: names.userPrincipalNames,
            dnsNames: names.dnsNames,
            uris: names.uris,
            commonNames: names.commonNames,
            hasUnsafeNames: names.hasUnsafeNames
        )
    }
}

/// The names of a certificate's subject, read with care.
struct SubjectNames {
    private(set) var emailAddresses: [String] = []
    private(set) var userPrincipalNames: [String] = []
    private(set) var dnsNames: [String] = []
    private(set) var uris: [String] = []
    private(set) var commonNames: [String] = []
    private(set) var hasUnsafeNames = false

    init(_ certificate: Certificate) {
        unsafe readAlternativeNames(of: certificate.pointer)
        unsafe readCommonNames(of: certificate.pointer)
    }

    private mutating func readAlternativeNames(of certificate: OpaquePointer) {
        var critical: Int32 = 0
        let found = unsafe X509_get_ext_d2i(certificate, NID_subject_alt_name, &critical, nil)
        guard let found = unsafe found else {
            // -1 is a certificate without the extension; anything else is one that can't be read.
            hasUnsafeNames = hasUnsafeNames || critical != -1
            return
        }
        let names = OpaquePointer(found)
        defer { unsafe GENERAL_NAMES_free(names) }
        for index in 0..<max(0, unsafe copenssl_sk_GENERAL_NAME_num(names)) {
            unsafe read(copenssl_sk_GENERAL_NAME_value(names, index))
        }
    }

    private mutating func read(_ name: UnsafeMutablePointer<GENERAL_NAME>?) {
        var type: Int32 = 0
        guard let name = unsafe name, let value = unsafe GENERAL_NAME_get0_value(name, &type)
        else { return }
        switch type {
        case GEN_EMAIL: unsafe keep(asciiText(value), in: \.emailAddresses)
        case GEN_DNS: unsafe keep(asciiText(value), in: \.dnsNames)
        case GEN_URI: unsafe keep(asciiText(value), in: \.uris)
        case GEN_OTHERNAME: unsafe readPrincipalName(name)
        default: break
        }
    }

    private mutating func readPrincipalName(_ name: UnsafeMutablePointer<GENERAL_NAME>) {
        var kind: OpaquePointer?
        var value: UnsafeMutablePointer<ASN1_TYPE>?
        guard unsafe GENERAL_NAME_get0_otherName(name, &kind, &value) == 1,
            unsafe OBJ_obj2nid(kind) == NID_ms_upn, let value = unsafe value
        else { return }
        guard unsafe value.pointee.type == V_ASN1_UTF8STRING else {
            hasUnsafeNames = true
            return
        }
        unsafe keep(
            readableText(bytes(of: value.pointee.value.utf8string)),
            in: \.userPrincipalNames
        )
    }

    private mutating func readCommonNames(of certificate: OpaquePointer) {
        let subject = unsafe X509_get_subject_name(certificate)
        var index = unsafe X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
        while index >= 0 {
            let entry = unsafe X509_NAME_get_entry(subject, index)
            unsafe keep(utf8Text(X509_NAME_ENTRY_get_data(entry)), in: \.commonNames)
            index = unsafe X509_NAME_get_index_by_NID(subject, NID_commonName, index)
        }
    }

    private mutating func keep(
        _ text: String?,
        in list: WritableKeyPath<SubjectNames, [String]>
    ) {
        if let text { self[keyPath: list].append(text) } else { hasUnsafeNames = true }
    }
}

private func bytes(of string: UnsafePointer<ASN1_STRING>?) -> [UInt8] {
    guard let string = unsafe string, let data = unsafe ASN1_STRING_get0_data(string) else {
        return []
    }
    let count = unsafe Int(max(0, ASN1_STRING_length(string)))
    return unsafe Array(UnsafeBufferPointer(start: data, count: count))
}

/// An IA5String as text; nil when it is empty or holds anything but visible ASCII.
private func asciiText(_ value: UnsafeMutableRawPointer) -> String? {
    let bytes = unsafe bytes(of: value.assumingMemoryBound(to: ASN1_STRING.self))
    guard !bytes.isEmpty, bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
}

/// Any ASN.1 string, whatever its character set, as text.
private func utf8Text(_ string: UnsafePointer<ASN1_STRING>?) -> String? {
    var converted: UnsafeMutablePointer<UInt8>?
    let count = unsafe ASN1_STRING_to_UTF8(&converted, string)
    guard count >= 0, let converted = unsafe converted else { return nil }
    defer { unsafe CRYPTO_free(converted, nil, 0) }
    return unsafe readableText(Array(UnsafeBufferPointer(start: converted, count: Int(count))))
}

/// UTF-8 as text; nil when it is empty or holds what a reader wouldn't see.
private func readableText(_ bytes: [UInt8]) -> String? {
    guard !bytes.isEmpty, let text = String(validating: bytes, as: UTF8.self),
        text.unicodeScalars.allSatisfy(isVisible)
    else { return nil }
    return text
}

/// Whether a scalar shows itself: no control, no direction mark, no line break, nothing unassigned.
private func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
        .unassigned:
        false
    default: true
    }
}

private func digestSHA256(of certificate: OpaquePointer) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    guard unsafe X509_digest(certificate, EVP_sha256(), &digest, &count) == 1 else { return [] }
    return Array(digest.prefix(Int(count)))
}

private func serialHex(of certificate: OpaquePointer) -> String {
    guard let number = unsafe ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nil) else {
        return ""
    }
    defer { unsafe BN_free(number) }
    guard let text = unsafe BN_bn2hex(number) else { return "" }
    defer { unsafe CRYPTO_free(text, nil, 0) }
    return unsafe String(cString: text).lowercased()
}

private func distinguishedName(_ name: OpaquePointer?) -> String {
    guard let bio = unsafe BIO_new(BIO_s_mem()) else { return "" }
    defer { unsafe BIO_free(bio) }
    guard unsafe X509_NAME_print_ex(bio, name, 0, copenssl_XN_FLAG_RFC2253_utf8()) >= 0 else {
        return ""
    }
    var data: UnsafeMutablePointer<CChar>?
    let count = unsafe copenssl_BIO_get_mem_data(bio, &data)
    let bytes = unsafe UnsafeRawBufferPointer(start: data, count: max(0, count))
    return unsafe String(decoding: bytes, as: UTF8.self)
}

private func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
}
