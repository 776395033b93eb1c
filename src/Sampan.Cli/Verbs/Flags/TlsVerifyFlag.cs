using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs.Flags;

/// <summary><c>--tls-verify</c> of the verbs that speak to registries.</summary>
internal static class TlsVerifyFlag
{
    public static BoolFlag Add(FlagSet flags)
        => flags.Add(new BoolFlag("tls-verify", '\0', "Require HTTPS and verify the registry's certificate") { Initial = true, DefaultText = "true" });
}
