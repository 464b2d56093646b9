// Package attacks attacks the guard, and shows each attack fail. The guard is the
// real program, in front of a stand-in for Git Credential Manager, and the network
// is a look-alike Azure DevOps that records what reaches it.
//
// Where an attacker already decides what Git itself does (the repository's own
// configuration, the user's PATH), Git is the measure: the guard gives him nothing
// that Git would not.
//
// What the packages show of themselves is not repeated here:
//
//	credential-protocol injection, CVE-2020-5260,     helper: TestARequestThatCouldSmuggleIsRefused, FuzzARequest…;
//	CVE-2020-11008, CVE-2024-52006, CVE-2024-50338    here: through the process and through Git
//	host confusion                                    validate: TestRecognizeSaysNoToLookAlikes, FuzzRecognize
//	path and query injection                          validate: TestAHostilePathNamesNothing, FuzzRecognize
//	redirect theft                                    validate: TestRedirectsAreNotFollowed, TestALinkTakesNoRequestForAnotherHost
//	a proxy that a repository names                   validate: TestAProxyIsTunnelledThrough, TestOnlyATrustedCertificateIsAsked
//	a forged state[]                                  helper: TestAForgedStateChangesNothing; store: TestAForgedFingerprintLeadsNowhere
//	planted records, links, pipes, wrong owners       store: TestARecordIsBelievedOrItIsNotThere, TestAnUnusableDirectoryMeansNoMemoryAndNoError,
//	                                                  TestSweepingNeverLeavesTheDirectory; faults: the things "state directory" and "lock"
//	terminal escape codes                             notice: TestNothingThatIsPrintedSteersATerminal; validate: TestDetailHoldsNoTextOfTheServers
//	a hostile inner helper                            inner: TestAnEndlessAnswerEnds, TestALookEndsWithAllThatItStarted; faults: the thing "inner helper"
//	secrets in texts, traces, errors                  secret: TestASecretCannotBePrinted, TestASecretIsOpenedInThreePlacesOnly;
//	                                                  validate: TestSettingsAndCredentialsPrintNoSecret, TestWhatAServerSendsBackIsNotShown;
//	                                                  store: TestNoFileTellsASecretOrWhatMightBeOne; cli: TestTheTraceIsForItsOwnerAndHoldsNoSecret
//	panics                                            helper: TestAPanicMakesTheGuardStepAside; validate: TestAPanicIsUnknown
package attacks
