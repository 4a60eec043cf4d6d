// The section `authentication`.
import Authentication
import Policy
import Proxy

extension ConfigurationReader {
    struct Logins {
        var settings = AuthenticationSettings()
        var pam = PAMService()
        var throttle = ThrottleSettings()
    }

    /// What the section says; passwords through PAM where there is none.
    func authentication(_ top: Table) -> Logins {
        var logins = Logins()
        let keys = ["password", "pam", "certificate", "unix-groups-age", "throttle"]
        guard let table = top["authentication"]?.table(keys) else { return logins }
        logins.settings.password = table["password"]?.bool() ?? true
        if let pam = table["pam"] { logins.pam = self.pam(pam) }
        logins.settings.deadline = logins.pam.deadline
        table.read("unix-groups-age", into: &logins.settings.groupsAge) {
            $0.duration(in: .seconds(1)...Duration.seconds(86_400))
        }
        if let throttle = table["throttle"] { logins.throttle = self.throttle(throttle) }
        if let certificate = table["certificate"] {
            readCertificate(certificate, into: &logins.settings)
        }
        return logins
    }

    private func pam(_ value: Value) -> PAMService {
        var pam = PAMService()
        guard let table = value.table(["service", "confdir", "helpers", "deadline"]) else {
            return pam
        }
        // A service is a file name for PAM: no slash may lead elsewhere.
        pam.service = table["service"]?.name() ?? pam.service
        pam.folder = table["confdir"].flatMap(files.path)
        pam.helpers = table["helpers"]?.integer(in: 1...64) ?? pam.helpers
        pam.deadline =
            table["deadline"]?.duration(in: .seconds(1)...Duration.seconds(120)) ?? pam.deadline
        return pam
    }

    private func readCertificate(_ value: Value, into settings: inout AuthenticationSettings) {
        guard let table = value.table(["use", "identity", "map"]) else { return }
        let use: AuthenticationSettings.CertificateUse? =
            table["use"].map {
                $0.choice(["off": .off, "alone": .alone, "with-password": .withPassword])
            } ?? .alone
        settings.certificate = use ?? .off
        guard use != .off else { return }
        settings.identity = table.required("identity").flatMap { identity($0, map: table["map"]) }
    }

    private func identity(_ value: Value, map: Value?) -> CertificateIdentitySource? {
        let sources: KeyValuePairs<String, CertificateIdentitySource> = [
            "rfc822-name": .emailAddress, "upn": .userPrincipalName, "dns": .dnsName, "uri": .uri,
            "common-name": .commonName, "map": .map([:]),
        ]
        guard let source = value.choice(sources) else { return nil }
        guard case .map = source else {
            map?.refuse("\"map\" is read with identity: map only")
            return source
        }
        guard let map else {
            value.refuse("identity: map needs \"map\", a file of certificates and users")
            return nil
        }
        return files.document(map).flatMap(certificateMap)
    }

    /// A file of `SHA-256 fingerprint or subject: user`.
    private func certificateMap(_ value: Value) -> CertificateIdentitySource? {
        guard let entries = value.entries() else { return nil }
        var users: [String: String] = [:]
        for (key, value) in entries {
            guard let user = value.userName() else { continue }
            let fingerprint = key.name.lowercased().filter { $0 != ":" }
            let isFingerprint = fingerprint.utf8.count == 64 && fingerprint.allSatisfy(\.isHexDigit)
            users[isFingerprint ? fingerprint : key.name] = user
        }
        return .map(users)
    }

    private func throttle(_ value: Value) -> ThrottleSettings {
        var throttle = ThrottleSettings()
        let keys = [
            "free-failures-per-user", "free-failures-per-address", "forgiveness", "base-delay",
            "max-delay-per-user", "max-delay-per-address", "entries",
        ]
        guard let table = value.table(keys) else { return throttle }
        let delays = Duration.milliseconds(1)...Duration.seconds(600)
        if let free = table["free-failures-per-user"]?.integer(in: 0...1000) {
            throttle.userFailuresFree = UInt32(free)
        }
        if let free = table["free-failures-per-address"]?.integer(in: 0...1000) {
            throttle.addressFailuresFree = UInt32(free)
        }
        throttle.forgiveness =
            table["forgiveness"]?.duration(in: .seconds(1)...Duration.seconds(86_400))
            ?? throttle.forgiveness
        throttle.firstDelay = table["base-delay"]?.duration(in: delays) ?? throttle.firstDelay
        throttle.userDelayMax =
            table["max-delay-per-user"]?.duration(in: delays) ?? throttle.userDelayMax
        throttle.addressDelayMax =
            table["max-delay-per-address"]?.duration(in: delays) ?? throttle.addressDelayMax
        throttle.entriesMax =
            table["entries"]?.integer(in: 64...4_194_304) ?? throttle.entriesMax
        return throttle
    }
}

extension Value {
    /// A user name in its canonical spelling, the only one that is ever compared.
    func userName() -> String? {
        guard let text = text() else { return nil }
        guard let canonical = UserName.canonical(Array(text.utf8)) else {
            refuse("\(kind) is no user name: letters, digits, \".\", \"_\", \"-\" and one \"@\"")
            return nil
        }
        guard canonical == text else {
            refuse("user names are in lower case: write \"\(canonical)\"")
            return nil
        }
        return text
    }

    /// A user name in which `*` may stand for any run of characters.
    func userPattern() -> String? {
        guard let text = text(), text.contains("*") else { return userName() }
        let allowed = "abcdefghijklmnopqrstuvwxyz0123456789._-@*"
        guard text.allSatisfy({ allowed.contains($0) }), text.utf8.count <= UserName.bytesMax else {
            refuse(
                "\(kind) fits no user name: lower-case letters, digits, \".\", \"_\", \"-\", \"@\""
            )
            return nil
        }
        return text
    }
}
