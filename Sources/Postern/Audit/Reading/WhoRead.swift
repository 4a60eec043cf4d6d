// `postern audit who-read`: to whom a message was shown, and how much of it.
import ArgumentParser
import Audit
import Policy
import TrailIndex

struct WhoRead: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "who-read",
        abstract: "Say who was given a message, which part of it, and when.",
        discussion: """
            Goes by the UIDs that answers named. A FETCH by message numbers whose answers named none \
            may have been of any message: how many there were is said at the end. INBOX and other \
            mailboxes of one name are as many as there are users, unless the backend shares them: \
            see --user. A UID is of one UIDVALIDITY, which is shown where the trail has it. A set of \
            UIDs that was too long for its record may have held the message: such records are shown \
            as "perhaps".
            """
    )

    @Argument(help: "The mailbox; \"*\" and \"**\" as in policies.")
    var mailbox: MailboxOption

    @Argument(help: "The UID of the message.")
    var uid: UInt32

    @OptionGroup var place: TrailOptions
    @OptionGroup var revealing: RevealOptions

    @Option(help: "Readers of this name only; \"*\" stands for anything. May be repeated.")
    var user: [String] = []

    @OptionGroup var window: TimeWindow

    @Flag(
        help: """
            Show, too, who was told of its flags or structure, and who changed, copied or removed \
            it, or was refused.
            """
    )
    var all = false

    @Option(help: "One of text, json and csv.")
    var format = EntryFormat.text

    func run() throws {
        try auditing {
            let trail = try place.open(revealing: revealing)
            var search = Search()
            search.mailboxes = [mailbox.pattern]
            search.uid = uid
            search.users = user
            search.since = window.since?.microseconds
            search.until = window.until?.microseconds
            var reader = try EntryReader(trail)
            var output = StandardOutput()
            var readings = Readings(of: uid)
            format.heading.map { output.write($0) }
            try trail.index.search(search) { hit in
                let entry = try reader.entry(hit)
                guard let reading = readings.note(entry), all || reading.isText else {
                    return true
                }
                output.write(format == .text ? reading.words : format.line(entry))
                return true
            }
            output.flush()
            guard format == .text else { return }
            search.uid = nil
            search.events = ["msg.fetch"]
            try trail.index.search(search) { hit in
                readings.noteUnnamed(try reader.entry(hit))
                return true
            }
            print(readings.words)
        }
    }
}
