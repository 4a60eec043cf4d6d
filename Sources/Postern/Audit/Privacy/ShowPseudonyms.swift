// `postern audit pseudonym`: what a value looks like in a trail that has pseudonyms, to search for it.
import ArgumentParser
import Audit

struct ShowPseudonyms: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pseudonym",
        abstract: "Say which pseudonyms stand for a value, in each period whose key is there.",
        discussion: """
            A line for each period and class: what "postern audit search" finds as --user, \
            --mailbox and so on. Needs the keys. A client's address is a value of "addresses", the \
            name of a mailbox one of "mailboxes".
            """
    )

    @Argument(help: "The value as records have it.")
    var value: String

    @Option(help: "The folder of the trail.")
    var trail: String

    @Option(
        name: .customLong("class"),
        help: "people, addresses, mailboxes, messages or words; without it, all."
    )
    var fields: FieldClass?

    @Option(
        help: ArgumentHelp(
            "The folder of the keys; without this option \"keys\" in the trail's.",
            valueName: "folder"
        )
    )
    var keys: String?

    func run() throws {
        try auditing {
            // Who asks for a name is about to look for it.
            try announce(.auditSearch, "pseudonym", at: trail)
            guard let cipher = FieldCipher() else { throw TrailError.signing }
            let folder = KeyFolder(keys ?? KeyFolder.usual(of: trail))
            for period in try folder.existingPeriods() {
                for key in try folder.keys(of: period) where key.subject == .pseudonyms {
                    for line in lines(key, cipher) { print("\(period)  \(line)") }
                }
            }
        }
    }

    private func lines(_ key: FieldKey, _ cipher: FieldCipher) -> [String] {
        (fields.map { [$0] } ?? FieldClass.allCases).compactMap { fields in
            cipher.pseudonym(of: value, fields, under: key).map {
                let name = fields.rawValue
                return name + String(repeating: " ", count: max(1, 11 - name.count)) + "hmac:\($0)"
            }
        }
    }
}

extension FieldClass: ExpressibleByArgument {}
