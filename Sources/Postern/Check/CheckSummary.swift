// What a good configuration amounts to, in a few lines.
import Configuration
import Policy
import Proxy

struct CheckSummary {
    let text: String

    init(_ configuration: Configuration) {
        let listeners = configuration.listeners.map { listener in
            Self.line(listener.name, listener.addresses)
        }
        let backends = configuration.backends.map { backend in
            Self.line(backend.settings.name, backend.addresses)
        }
        let policy = configuration.policy
        text = """
            listeners: \(listeners.joined(separator: "; "))
            backends:  \(backends.joined(separator: "; "))
            routes:    \(configuration.routes.count)
            policy:    \(policy.rules.count) rules, revision \(policy.revision)
            """
    }

    private static func line(_ name: String, _ addresses: [Endpoint]) -> String {
        "\(name) at " + addresses.map(\.description).joined(separator: ", ")
    }
}
