// The section `listeners`.
import Policy
import Yams

extension ConfigurationReader {
    func listeners(_ value: Value) -> [Listener]? {
        guard let list = value.list() else { return nil }
        let listeners = list.compactMap(listener)
        refuseRepeated(list.compactMap { $0.table(Self.listenerKeys)?["name"] })
        refuseRepeatedAddresses(list.compactMap { $0.table(Self.listenerKeys)?["address"] })
        return listeners.count == list.count ? listeners : nil
    }

    private static let listenerKeys = [
        "name", "address", "tls", "certificates", "client-certificates", "proxy-from",
    ]

    private func listener(_ value: Value) -> Listener? {
        guard let table = value.table(Self.listenerKeys) else { return nil }
        let name = table.required("name")?.name()
        let addresses = table.required("address")?.elements { $0.listeningAddress() }
        let security: Listener.Security? = table.required("tls")?.choice([
            "implicit": .implicit, "starttls": .startTLS,
        ])
        let certificates = table.required("certificates")?.elements(certificateFiles)
        let clients = table["client-certificates"].map(clientCertificates)
        let proxies = table["proxy-from"].map { $0.elements(orEmpty: true, balancers) } ?? []
        guard let name, let addresses, let security, let certificates, let proxies else {
            return nil
        }
        return Listener(
            name: name,
            addresses: addresses,
            security: security,
            certificates: certificates,
            clientCertificates: clients ?? nil,
            proxies: proxies
        )
    }

    private func balancers(_ value: Value) -> Network? {
        guard let network = value.network() else { return nil }
        guard !network.isEverything else {
            value.refuse("\(value.kind) is everybody; name the balancers, or their network")
            return nil
        }
        return network
    }

    func certificateFiles(_ value: Value) -> CertificateFiles? {
        guard let table = value.table(["chain", "key"]) else { return nil }
        let chain = table.required("chain").flatMap(files.file)
        let key = table.required("key").flatMap(files.secret)
        guard let chain, let key else { return nil }
        return CertificateFiles(chain: chain, key: key)
    }

    private func clientCertificates(_ value: Value) -> ClientCertificates? {
        guard let table = value.table(["ca", "crl", "require"]) else { return nil }
        let authorities = table.required("ca").flatMap(files.file)
        let lists = table["crl"].map { $0.elements(orEmpty: true, files.file) } ?? []
        let isRequired = table["require"].map { $0.bool() } ?? false
        guard let authorities, let lists, let isRequired else { return nil }
        return ClientCertificates(
            authorities: authorities,
            revocationLists: lists,
            isRequired: isRequired
        )
    }

    /// Names must be unique: they are how logs, records and routes point at things.
    func refuseRepeated(_ names: [Value]) {
        var known: Set<String> = []
        for value in names {
            guard let name = value.spelling, !known.insert(name).inserted else { continue }
            value.refuse("the name \"\(name)\" stands twice")
        }
    }

    private func refuseRepeatedAddresses(_ lists: [Value]) {
        let quiet = Findings()
        var known: Set<Endpoint> = []
        for value in lists.flatMap(\.oneOrMore) {
            let address = Value(value.node, value.file, quiet).listeningAddress()
            guard let address, !known.insert(address).inserted else { continue }
            value.refuse("\(address) stands twice")
        }
    }
}

extension Value {
    /// A name for logs and records: letters, digits, `-`, `_` and `.`, at most 64.
    func name() -> String? {
        guard let text = text() else { return nil }
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0))
                || "-_.".unicodeScalars.contains($0)
        }
        guard isPlain, text.utf8.count <= 64 else {
            refuse("expected a name of letters, digits, \"-\", \"_\" and \".\", not \(kind)")
            return nil
        }
        return text
    }

    /// The elements of a list, or the value itself where it is no list.
    var oneOrMore: [Value] {
        guard case .sequence(let sequence) = node else { return [self] }
        return sequence.map { Value($0, file, findings) }
    }

    /// The elements of a list, or the one element that stands without brackets; nil when one of
    /// them is wrong.
    func elements<Element>(
        orEmpty: Bool = false,
        _ read: (Value) -> Element?
    ) -> [Element]? {
        guard case .sequence = node else { return read(self).map { [$0] } }
        guard let list = list(orEmpty: orEmpty) else { return nil }
        let elements = list.compactMap(read)
        return elements.count == list.count ? elements : nil
    }
}
