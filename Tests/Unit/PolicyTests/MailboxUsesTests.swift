// Rules that mean mailboxes by what the backend says that they are for.
import Policy
import Testing

@Suite("What mailboxes are for")
struct MailboxUsesTests {
    private func names(_ marks: [(String, SpecialUseName)], others: [String] = []) -> BackendNames {
        var uses = MailboxUses()
        for (name, use) in marks { uses.note(Array(name.utf8), SpecialUses(use)) }
        return BackendNames(
            user: "ann",
            personal: [[]],
            others: others.map { Array($0.utf8) },
            uses: uses
        )
    }

    private func rights(_ name: String, _ names: BackendNames) throws -> String {
        var trash = try rule("trash", [], limit: [.lookup, .read])
        trash.specialUses = [SpecialUses(.trash), SpecialUses(.sent)]
        let user = policy([trash]).policy(for: Subject(user: "ann"), at: 0, names)
        return user.decide(Array(name.utf8)).rights.letters
    }

    @Test(
        "are meant in every case, with all below them and nothing beside",
        arguments: [
            ("Bin", true), ("bin", true), ("BIN/old/2019", true), ("Bins", false), ("a/Bin", false),
            ("Out/Gone", true), ("Out", false),
        ]
    )
    func covers(_ name: String, _ isMeant: Bool) throws {
        let names = names([("Bin", .trash), ("Out/Gone", .sent), ("Junk", .junk)])
        #expect(try rights(name, names) == (isMeant ? "lr" : Rights.full.letters))
    }

    @Test func areMeantUnderEveryNameThatAMailboxHas() throws {
        let names = names([("Bin", .trash)], others: ["Users"])
        #expect(try rights("Users/ann/Bin", names) == "lr")
        #expect(try rights("Users/bob/Bin", names) == Rights.full.letters)
    }

    @Test func theReasonsAreTheSame() throws {
        var trash = try rule("trash", [], limit: [.lookup, .read])
        trash.specialUses = SpecialUses(.trash)
        let names = names([("Bin", .trash)])
        let user = policy([trash]).policy(for: Subject(user: "ann"), at: 0, names)
        #expect(user.decide(Array("Bin/x".utf8)).rules(taking: .insert) == ["trash"])
    }

    @Test func tooManyAreCut() {
        var uses = MailboxUses()
        for number in 0...MailboxUses.mailboxesMax {
            #expect(!uses.isCut)
            uses.note(Array("m\(number)".utf8), SpecialUses(.junk))
        }
        #expect(uses.isCut)
        #expect(uses.tells(SpecialUses(.junk), of: Array("M0".utf8)))
        #expect(!uses.tells(SpecialUses(.sent), of: Array("m0".utf8)))
    }

    @Test("only rules about the user want to know, those in report mode without consequence")
    func need() throws {
        var trash = try rule("trash", users: ["ann"], [], limit: .none)
        trash.specialUses = SpecialUses(.trash)
        #expect(policy([trash]).usesNeed(for: Subject(user: "ann")) == .enforced)
        #expect(policy([trash]).usesNeed(for: Subject(user: "bob")) == .none)
        trash.mode = .report
        #expect(policy([trash]).usesNeed(for: Subject(user: "ann")) == .rehearsed)
        let other = try rule("x", ["**"], limit: .none)
        #expect(policy([other]).usesNeed(for: Subject(user: "ann")) == .none)
    }
}
