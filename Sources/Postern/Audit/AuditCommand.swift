// `postern audit`: what an auditor asks of a trail.
import ArgumentParser

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Verify the audit trail, prove what stands in it, read it, hold and expire it.",
        subcommands: [
            VerifyTrail.self, ProveRecord.self, ProveConsistency.self, VerifyProof.self,
            ShowKeys.self, WitnessTrail.self, ShipTrail.self, SearchTrail.self, ShowSession.self,
            WhoRead.self, ReportTrail.self, TailTrail.self, IndexTrail.self, HoldCommand.self,
            ForgetUser.self, ShowPseudonyms.self, ExpireTrail.self,
        ]
    )
}
