// From where, how and when somebody comes, as options of a command.
import ArgumentParser
import Authentication
import Configuration
import Policy

struct WayOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The client's address.", valueName: "address"))
    var from: String?

    @Option(help: "How the user logs in: password, certificate or both.")
    var auth = AuthenticationMethod.password

    @Option(
        help: ArgumentHelp(
            "When: 2026-01-31, or 2026-01-31T08:00:00Z, or with +01:00; else now.",
            valueName: "time"
        )
    )
    var at: String?

    @Option(help: "The version of TLS: TLSv1.2 or TLSv1.3.")
    var tls = TLSVersion.tls13

    @Option(help: ArgumentHelp("The listener's name.", valueName: "name"))
    var listener = ""

    @Option(help: ArgumentHelp("What the client calls itself in ID.", valueName: "name"))
    var client = ""

    @Option(help: ArgumentHelp("The subject of the client's certificate.", valueName: "name"))
    var certificateSubject: String?

    @Option(help: ArgumentHelp("Its issuer.", valueName: "name"))
    var certificateIssuer: String?

    @Option(
        help: ArgumentHelp(
            "A Unix group of the user, as often as needed; else those that the system knows.",
            valueName: "group"
        )
    )
    var unixGroup: [String] = []

    @Option(
        help: ArgumentHelp(
            "What the server says the mailbox is for, such as Sent.",
            valueName: "use"
        )
    )
    var specialUse: [SpecialUseName] = []

    func circumstances(of user: String, under policy: PolicySet) throws -> Circumstances {
        var subject = Subject(user: user)
        subject.method = auth
        subject.tlsVersion = tls
        subject.listener = listener
        subject.clientName = client
        subject.unixGroups = Set(unixGroup)
        if unixGroup.isEmpty && policy.namesUnixGroups {
            guard let groups = SystemGroups.names(of: user) else {
                throw ValidationError("the system can't tell the groups of \(user); name them")
            }
            subject.unixGroups = groups
        }
        if let from {
            guard let address = NetworkAddress(from) else {
                throw ValidationError("\(from) is no address")
            }
            subject.address = address
        }
        if certificateSubject != nil || certificateIssuer != nil {
            subject.certificate = CertificateNames(
                subject: certificateSubject ?? "",
                issuer: certificateIssuer ?? ""
            )
        }
        var circumstances = Circumstances(subject)
        if let at {
            guard let time = Circumstances.time(at) else {
                throw ValidationError("\(at) is no time such as 2026-01-31T08:00:00Z")
            }
            circumstances.time = time
        }
        return circumstances
    }

    func specialUses() throws -> SpecialUses {
        specialUse.reduce(into: .none) { $0.formUnion(SpecialUses($1)) }
    }
}

extension AuthenticationMethod: ExpressibleByArgument {}
extension TLSVersion: ExpressibleByArgument {}
extension SpecialUseName: ExpressibleByArgument {}
