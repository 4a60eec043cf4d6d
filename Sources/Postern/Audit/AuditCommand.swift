// `postern audit`: what an auditor asks of a trail.
import ArgumentParser

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Verify the audit trail, and prove what stands in it.",
        subcommands: [
            VerifyTrail.self, ProveRecord.self, ProveConsistency.self, VerifyProof.self,
            ShowKeys.self, WitnessTrail.self, ShipTrail.self,
        ]
    )
}
