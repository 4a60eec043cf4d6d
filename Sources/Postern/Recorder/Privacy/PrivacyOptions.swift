// How the supervisor tells the recorder what may not stand in the trail as it is.
import ArgumentParser
import Audit
import Reactor

struct PrivacyOptions: ParsableArguments {
    @Option(help: "What fields are not kept, as in \"people=encrypt words=drop\".")
    var privacy = PrivacyRules()

    @Option(help: "How long a key for fields lasts: day, month or year.")
    var keyPeriod = KeyPeriod.month

    @Option(help: "The folder of the keys for fields, instead of one in the trail's.")
    var keys: String?

    /// What the trail's start says of it.
    var words: String {
        privacy.keepsEverything ? "" : " privacy \(privacy.words) period=\(keyPeriod.rawValue)"
    }

    func folder(of trail: String) -> KeyFolder { KeyFolder(keys ?? KeyFolder.usual(of: trail)) }

    /// What veils records; nil where all of them is kept.
    func veil(of trail: String, at now: UInt64, _ log: Log) throws(TrailError) -> TrailVeil? {
        guard !privacy.keepsEverything else { return nil }
        var rules = privacy
        rules.period = keyPeriod
        let keys = try KeyRing(folder(of: trail), rules, at: now)
        keys.log = log
        return try TrailVeil(rules, keys)
    }
}

extension PrivacyRules: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

extension KeyPeriod: ExpressibleByArgument {}
