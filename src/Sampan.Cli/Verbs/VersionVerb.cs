using System.Reflection;

using Sampan.Cli.Grammar;

namespace Sampan.Cli.Verbs;

internal sealed class VersionVerb : Verb
{
    public override string Name => "version";

    public override string Arguments => "";

    public override string Summary => "Show the version";

    public override int Most => 0;

    public override int Run(Session session, List<string> arguments) => Short(session);

    /// <summary>The line of <c>sampan --version</c>.</summary>
    public static int Short(Session session)
    {
        string version = typeof(VersionVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
        session.Out.Line($"sampan version {version}");
        return 0;
    }
}
