// `postern audit hold`: what must stay in the trail whatever its age, and why.
import ArgumentParser
import Audit
import Bytes
import Reactor

struct HoldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Hold records beyond their retention, list the holds, or release one.",
        subcommands: [Add.self, List.self, Release.self]
    )
}

extension HoldCommand {
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hold the records that meet all criteria; without one, every record.",
            discussion: """
                "postern audit expire" keeps each segment that holds such a record. The hold and \
                the reason stand in the trail. Only root and the recorder's own user may order it.
                """
        )

        @Argument(help: "What the hold is called: letters, digits, \".\", \"-\" and \"_\".")
        var name: String

        @OptionGroup var order: OrderOptions

        @Option(help: "Records of this user; \"*\" stands for anything.")
        var user: String?

        @Option(help: "Records that name such a mailbox, a pattern as in policies.")
        var mailbox: String?

        @OptionGroup var window: TimeWindow

        func run() throws {
            try ordering {
                let hold = try Hold(
                    name,
                    user: user,
                    mailbox: mailbox,
                    since: window.since?.text,
                    until: window.until?.text,
                    because: order.because
                )
                try give(.hold(hold), at: order.trail)
                print("held as \(name): \(hold.criteria.harmless)")
            }
        }
    }

    struct Release: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Release a hold; what it alone kept may expire from now on."
        )

        @Argument(help: "What the hold is called.")
        var name: String

        @OptionGroup var order: OrderOptions

        func run() throws {
            try ordering {
                try give(.release(name: name, because: order.because), at: order.trail)
                print("released: \(name)")
            }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the holds that are in force."
        )

        @Option(help: "The folder of the trail.")
        var trail: String

        func run() throws {
            try auditing {
                for entry in try Holds(in: trail).entries {
                    let hold = entry.hold
                    print("\(hold.name): \(hold.criteria.harmless)")
                    let order = "since \(entry.added), by user ID \(entry.user)"
                    print("  \(order): \(hold.because.harmless)")
                }
            }
        }
    }
}

/// Of an order to the recorder: where, and why.
struct OrderOptions: ParsableArguments {
    @Option(help: "The folder of the trail.")
    var trail: String

    @Option(help: "The reason; it stands in the trail.")
    var because: String
}

/// Has the recorder of a trail carry an order out, which nobody else may.
func give(_ order: TrailOrder, at folder: String) throws {
    guard try TrailDoor.order(order, at: folder) else {
        throw OrderRefusal(
            "\(folder): no recorder is at work there, and only the recorder changes a trail; "
                + "start Postern and order it again"
        )
    }
}

/// Does what an order is about; why it isn't done is said in one line.
func ordering(_ body: () throws -> Void) throws {
    do {
        try auditing(body)
    } catch let refusal as OrderRefusal {
        complain("not done: \(refusal)")
        throw ExitCode.failure
    } catch let error as SystemError {
        complain("not known whether it is done: \(error); look, and order it again")
        throw ExitCode(2)
    }
}

extension TrailTime {
    /// As the trail writes times.
    fileprivate var text: String {
        var (timestamp, text) = (Timestamp(), Buffer())
        timestamp.append(UInt64(clamping: microseconds), to: &text)
        return text.text
    }
}
