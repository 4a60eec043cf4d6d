// The sections `backends` and `routes`.
import Bytes
import Policy
import Proxy

extension ConfigurationReader {
    private static let backendKeys = [
        "name", "address", "tls", "ca", "server-name", "client-certificate", "login", "master",
        "send-id", "proxy-protocol", "mailbox-names", "emulate",
    ]

    func backends(_ value: Value) -> [Backend]? {
        guard let list = value.list() else { return nil }
        let backends = list.compactMap(backend)
        refuseRepeated(list.compactMap { $0.table(Self.backendKeys)?["name"] })
        return backends.count == list.count ? backends : nil
    }

    private func backend(_ value: Value) -> Backend? {
        guard let table = value.table(Self.backendKeys) else { return nil }
        let name = table.required("name")?.name()
        let addresses = table.required("address")?.elements { $0.backendAddress() }
        let security: BackendSettings.Security? = table.required("tls")?.choice([
            "none": .plain, "starttls": .startTLS, "implicit": .tls,
        ])
        let tls = tls(table, security: security, addresses: addresses)
        let login = table.required("login").flatMap { self.login($0, table, tls: tls) }
        let sendsID = table["send-id"].map { $0.bool() } ?? false
        let sendsProxyHeader = table["proxy-protocol"].map { $0.bool() } ?? false
        let emulations = table["emulate"].map(self.emulations) ?? Emulations()
        guard let name, let addresses, let security, let login, let sendsID, let sendsProxyHeader,
            let emulations
        else { return nil }
        var settings = BackendSettings(name: name, security: security, login: login)
        settings.sendsID = sendsID
        settings.sendsProxyHeader = sendsProxyHeader
        settings.emulations = emulations
        guard mailboxNames(table["mailbox-names"], into: &settings) else { return nil }
        return Backend(addresses: addresses, settings: settings, tls: tls)
    }

    private func tls(
        _ table: Table,
        security: BackendSettings.Security?,
        addresses: [Endpoint]?
    ) -> BackendTLS? {
        guard security != .plain else {
            for key in ["ca", "server-name", "client-certificate"] {
                table[key]?.refuse("\"\(key)\" means nothing with tls: none")
            }
            return nil
        }
        let authorities = table["ca"].flatMap(files.file)
        let certificate = table["client-certificate"].flatMap(certificateFiles)
        let serverName = table["server-name"].map { $0.text() } ?? addresses?.first?.host
        guard let serverName else { return nil }
        return BackendTLS(
            authorities: authorities,
            serverName: serverName,
            clientCertificate: certificate
        )
    }

    private enum Method { case password, plainProxy, master, external }

    private func login(_ value: Value, _ table: Table, tls: BackendTLS?) -> BackendSettings.Login? {
        let methods: KeyValuePairs<String, Method> = [
            "password": .password, "plain-proxy": .plainProxy, "master": .master,
            "external": .external,
        ]
        guard let method = value.choice(methods) else { return nil }
        switch method {
        case .password, .external:
            table["master"]?.refuse("\"master\" is read with login: plain-proxy and master only")
            if method == .password { return .password }
            if tls?.clientCertificate != nil { return .external }
            value.refuse("login: external needs TLS and a client-certificate")
            return nil
        case .plainProxy, .master:
            guard let master = table["master"] else {
                value.refuse(
                    "login: \(value.spelling ?? "") needs \"master\" with user, password-file"
                )
                return nil
            }
            return masterLogin(master, method)
        }
    }

    private func masterLogin(_ value: Value, _ method: Method) -> BackendSettings.Login? {
        guard let table = value.table(["user", "password-file", "separator"]) else { return nil }
        let user = table.required("user")?.text()
        let password = table.required("password-file").flatMap(password)
        if method == .plainProxy {
            table["separator"]?.refuse("\"separator\" is read with login: master only")
            guard let user, let password else { return nil }
            return .plainProxy(user: user, password: password)
        }
        let separator = table["separator"].map { $0.text() } ?? "*"
        guard let user, let password, let separator else { return nil }
        return .master(user: user, separator: separator, password: password)
    }

    /// The one line of a password file.
    private func password(_ value: Value) -> Secret? {
        guard let file = files.secret(value) else { return nil }
        let line = file.contents.withBytes { bytes in
            var end = bytes.count
            while end > 0, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
            let line = bytes.extracting(0..<end)
            for index in line.indices where [0, 0x0A, 0x0D].contains(line[index]) {
                return Secret?.none
            }
            return line.isEmpty ? nil : Secret(line)
        }
        if line == nil { value.refuse("\(file.path) must hold one line, the password") }
        return line
    }
}

extension ConfigurationReader {
    func routes(_ value: Value, to backends: [Backend]) -> [Route]? {
        guard let list = value.list() else { return nil }
        let routes = list.compactMap { route($0, to: backends) }
        return routes.count == list.count ? Array(routes.joined()) : nil
    }

    private func route(_ value: Value, to backends: [Backend]) -> [Route]? {
        guard let table = value.table(["users", "backend"]) else { return nil }
        let users = table.required("users")?.elements { $0.userPattern() }
        guard let named = table.required("backend"), let name = named.text() else { return nil }
        guard let index = backends.firstIndex(where: { $0.settings.name == name }) else {
            let hint = Spelling.nearest(to: name, among: backends.map(\.settings.name))
            // Without backends those have their own findings.
            if !backends.isEmpty {
                named.refuse("unknown backend \"\(name)\"" + Spelling.question(hint))
            }
            return nil
        }
        return users.map { $0.map { Route(user: $0, backend: index) } }
    }
}
