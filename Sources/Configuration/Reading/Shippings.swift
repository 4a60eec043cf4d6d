// The list `audit.ship`: where the trail's records are sent on to.

extension ConfigurationReader {
    private static let shippingKeys = [
        "to", "format", "state", "ca", "server-name", "client-certificate",
    ]

    func shippings(_ value: Value) -> [Shipping]? {
        guard let list = value.list(orEmpty: true) else { return nil }
        let shippings = list.compactMap(shipping)
        let states = list.compactMap { $0.table(Self.shippingKeys)?["state"] }
        // Two shippers of one position would each believe what the other has sent.
        refuseRepeated(states)
        return shippings.count == list.count ? shippings : nil
    }

    private func shipping(_ value: Value) -> Shipping? {
        guard let table = value.table(Self.shippingKeys) else { return nil }
        let target = table.required("to")?.shipTarget()
        let state = table.required("state").flatMap(files.path)
        let format =
            table["format"].map { value in
                value.choice(ShipFormat.allCases.map { ($0.rawValue, $0) })
            } ?? .syslog
        guard let target, let state, let format else { return nil }
        var shipping = Shipping(to: target, state: state)
        shipping.format = format
        readSecurity(table, into: &shipping)
        return shipping
    }

    private func readSecurity(_ table: Table, into shipping: inout Shipping) {
        guard case .tls = shipping.target else {
            for key in ["ca", "server-name", "client-certificate"] {
                table[key]?.refuse("\"\(key)\" belongs to a receiver \"tls:HOST:PORT\"")
            }
            return
        }
        table.read("ca", into: &shipping.authorities, files.path)
        table.read("server-name", into: &shipping.serverName) { $0.text() }
        guard let pair = table["client-certificate"]?.table(["chain", "key"]) else { return }
        shipping.certificate = pair.required("chain").flatMap(files.path)
        shipping.certificateKey = pair.required("key").flatMap(files.path)
    }
}

extension Value {
    fileprivate func shipTarget() -> ShipTarget? {
        guard let text = text() else { return nil }
        if let target = ShipTarget(text) { return target }
        refuse("expected file:PATH, tcp:HOST:PORT, tls:HOST:PORT or unix:PATH, not \(kind)")
        return nil
    }
}
