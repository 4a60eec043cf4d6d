// Mangled files: whatever stands in one, it is read or it is refused at a place.
import Chance
import Configuration
import Policy
import Testing

/// Splitmix64: the same numbers for the same seed, on every machine.
extension Dice {
    /// A text with some of its characters removed, doubled or replaced by ones that mean something.
    fileprivate mutating func mutate(_ text: String) -> String {
        var characters = Array(text)
        let tokens = Array("{}[]:,-?&*!|>%@`\"'#~\t\n \u{0}\u{FEFF}é9")
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            guard let place = characters.indices.randomElement(using: &self) else { break }
            let end = min(characters.count, place + Int.random(in: 1...40, using: &self))
            switch Int.random(in: 0..<4, using: &self) {
            case 0: characters.removeSubrange(place..<end)
            case 1: characters.insert(contentsOf: characters[place..<end], at: place)
            default: characters[place] = tokens.randomElement(using: &self) ?? " "
            }
        }
        return String(characters)
    }
}

@Suite struct MutationTests {
    private static let language = """
        policy: 1
        groups:
          staff: [ann, "group:night", { certificate: { subject: "*OU=Ops*" } }]
          night: [bob, "c*"]
        rules:
          - id: hours
            who: { groups: [staff], except: { users: [ann] } }
            mailboxes: ["INBOX", "Work/**"]
            except-mailboxes: "Work/Open"
            when:
              networks: ["192.0.2.0/24", "2001:db8::/32"]
              except-networks: 192.0.2.7
              authentication: [password, both]
              tls: [TLSv1.2]
              clients: ["*Outlook*"]
              hours: { zone: UTC, windows: [{ days: mon-fri, from: "08:00", to: "18:00" }] }
              until: "2026-02-01T08:00:00+01:00"
            operations: { no: [expunge, move-out] }
            mode: report
            because: "held"
            message: "Held by order of the court"

        """

    @Test(
        "refuses mangled policies with all there is at a place",
        arguments: 0..<100 as Range<UInt64>
    )
    func survivesLanguage(seed: UInt64) throws {
        var generator = Dice(seed: seed)
        #expect(Files(policy: Self.language).errors == [])
        for _ in 0..<20 {
            let files = Files(policy: generator.mutate(Self.language))
            for error in files.errors { #expect(error.wholeMatch(of: /[^:]+:\d+:\d+: .+/) != nil) }
        }
    }

    @Test("survives mangled configurations and policies", arguments: 0..<50 as Range<UInt64>)
    func survives(seed: UInt64) throws {
        var generator = Dice(seed: seed)
        let configuration = try Files.ofRepository("Deploy/postern.yaml")
        let policy = try Files.ofRepository("Policies/sample.yaml")
        for round in 0..<100 {
            let files =
                round % 2 == 0
                ? Files(
                    configuration: generator.mutate(round % 4 == 0 ? configuration : Files.good)
                )
                : Files(policy: generator.mutate(policy))
            for error in files.errors { #expect(error.wholeMatch(of: /[^:]+:\d+:\d+: .+/) != nil) }
        }
    }

    @Test("survives mangled files of cases", arguments: 0..<20 as Range<UInt64>)
    func survivesCases(seed: UInt64) throws {
        var generator = Dice(seed: seed)
        let cases = try Files.ofRepository("Policies/contractors/policy.cases.yaml")
        for _ in 0..<50 {
            var files = Files(configuration: Files.good)
            files.texts["policy.cases.yaml"] = generator.mutate(cases)
            do throws(ConfigurationErrors) {
                _ = try PolicyCase.load(path: "policy.cases.yaml", reader: files.reader)
            } catch {
                #expect(error.errors.allSatisfy { $0.position.line > 0 && !$0.message.isEmpty })
                #expect(!error.errors.isEmpty)
            }
        }
    }
}
