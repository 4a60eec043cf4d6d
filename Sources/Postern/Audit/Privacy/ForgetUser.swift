// `postern audit forget`: what the trail has encrypted of one person can't be read by anybody any more.
import ArgumentParser

struct ForgetUser: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Destroy the keys of a user, over all periods.",
        discussion: """
            The trail stays as it is and verifies as before. What was encrypted under the user's \
            keys shows as "(forgotten)" from then on; what he does later is under a new key. Copies \
            of the keys, lines that were revealed or written before encryption was switched on, and \
            pseudonyms are not reached. The trail says which keys went, not whose they were, so let \
            the reason not name him. Refused while a legal hold covers the user. Only root and the \
            recorder's own user may order it.
            """
    )

    @Argument(help: "The user, as records name him.")
    var user: String

    @OptionGroup var order: OrderOptions

    func run() throws {
        try ordering {
            try give(.forget(user: user, because: order.because), at: order.trail)
            print("forgotten: the keys of \(user.harmless) are destroyed")
        }
    }
}
