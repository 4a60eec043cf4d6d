// `--reveal`: what is encrypted is shown, as far as its keys are still there and may be read.
import ArgumentParser
import Audit
import Reactor

struct RevealOptions: ParsableArguments {
    @Flag(
        help: """
            Show what is encrypted, and search in it; needs the keys. What was forgotten shows as \
            "(forgotten)". Reads the whole trail into an index in memory, about 200 bytes a record.
            """
    )
    var reveal = false

    @Option(
        help: ArgumentHelp(
            "With --reveal: the folder of the keys; without this option \"keys\" in the trail's.",
            valueName: "folder"
        )
    )
    var keys: String?

    func validate() throws {
        guard reveal || keys == nil else { throw ValidationError("--keys goes with --reveal") }
    }

    /// What reveals the lines of a trail; nil where nothing is to be revealed.
    func reveal(of trail: String) throws(TrailError) -> RecordReveal? {
        guard reveal else { return nil }
        guard let cipher = FieldCipher() else { throw .signing }
        let folder = KeyFolder(keys ?? KeyFolder.usual(of: trail))
        return RecordReveal(cipher, keys: try folder.allKeys())
    }
}

extension KeyFolder {
    /// Every key by its id; fails where the folder can't be read, or is none.
    fileprivate func allKeys() throws(TrailError) -> [String: FieldKey] {
        let periods = try existingPeriods()
        var keys: [String: FieldKey] = [:]
        for period in periods {
            for key in try self.keys(of: period) { keys[key.id] = key }
        }
        return keys
    }
}
