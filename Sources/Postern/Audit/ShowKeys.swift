// `postern audit key`: the keys of a trail, the first of which an auditor keeps.
import ArgumentParser
import Audit
import Bytes
import Glibc
import Reactor

struct ShowKeys: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Print a trail's first public key, to be kept where nobody here can change it.",
        discussion: "With --all the keys that followed, each with the records it vouches for."
    )

    @Argument(help: "The folder of the trail.")
    var trail: String

    @Flag(help: "Print all keys, as far as each certifies the next.")
    var all = false

    func run() throws {
        try auditing {
            let first = try verifierKey(in: "\(trail)/\(KeyFiles.firstName)")
            guard all else { return print(first.text) }
            let trail = try TrailOnDisk(self.trail, firstKey: first)
            for epoch in trail.chain.epochs {
                print("\(epoch.first) to \(epoch.last.map(String.init) ?? "now") \(epoch.key.text)")
            }
            if let fault = trail.fault { complain("\(fault)") }
        }
    }
}
