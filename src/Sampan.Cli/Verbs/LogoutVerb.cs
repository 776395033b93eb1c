using Sampan.Cli.Grammar;
using Sampan.Images;

namespace Sampan.Cli.Verbs;

internal sealed class LogoutVerb : Verb
{
    public override string Name => "logout";

    public override string Arguments => "[SERVER]";

    public override string Summary => "Log out from a registry";

    public override int Most => 1;

    public override int Run(Session session, List<string> arguments)
    {
        string server = arguments.Count > 0 ? RegistryLogin.ServerName(arguments[0]) : ImageReference.DefaultDomain;
        session.Out.Line(RegistryLogin.Logout(server) ? $"Removing login credentials for {server}" : $"Not logged in to {server}");
        return 0;
    }
}
