// The key `emulate` of a backend: what the gateway does by itself where the backend can't.
import Proxy

extension ConfigurationReader {
    private static let emulationKeys = [
        "idle", "idle-interval", "unselect", "namespace", "list-extended", "list-status",
        "esearch", "move",
    ]

    func emulations(_ value: Value) -> Emulations? {
        guard let table = value.table(Self.emulationKeys) else { return nil }
        var emulations = Emulations()
        let switches: [(String, WritableKeyPath<Emulations, Bool>)] = [
            ("idle", \.idle), ("unselect", \.unselect), ("namespace", \.namespace),
            ("list-extended", \.listExtended),
            ("list-status", \.listStatus), ("esearch", \.esearch), ("move", \.move),
        ]
        for (key, path) in switches {
            emulations[keyPath: path] = table[key]?.bool() ?? emulations[keyPath: path]
        }
        let intervals = Emulations.idleIntervalMin...Emulations.idleIntervalMax
        emulations.idleInterval =
            table["idle-interval"]?.duration(in: intervals) ?? emulations.idleInterval
        return emulations
    }
}
