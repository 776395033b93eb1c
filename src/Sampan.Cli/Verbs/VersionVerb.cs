using System.Reflection;

using Sampan.Cli.Format;
using Sampan.Cli.Grammar;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Cli.Verbs;

internal sealed class VersionVerb : Verb
{
    private const string Layout = """
        Client:
         Version:           {{.Client.Version}}
         API version:       {{.Client.ApiVersion}}
         OS/Arch:           {{.Client.Os}}/{{.Client.Arch}}

        Server: {{.Server.Platform.Name}}
         Version:          {{.Server.Version}}
         API version:      {{.Server.ApiVersion}}
         OS/Arch:          {{.Server.Os}}/{{.Server.Arch}}
         Kernel:           {{.Server.KernelVersion}}
        """;

    private readonly TextFlag _format;

    public VersionVerb() => _format = Flags.Text("format", 'f', "Format output using a custom template: 'json', or a Go template");

    public override string Name => "version";

    public override string Arguments => "[OPTIONS]";

    public override string Summary => "Show the Sampan version information";

    public override int Most => 0;

    public static string Number => typeof(VersionVerb).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public override int Run(Session session, List<string> arguments)
    {
        var template = Template.Parse(_format.Value switch { null or "" => Layout, "json" => "{{json .}}", var own => own });
        session.Out.Line(template.Apply(new Versions().ToJson()));
        return 0;
    }

    /// <summary>The line of <c>sampan --version</c>.</summary>
    public static int Short(Session session)
    {
        session.Out.Line($"sampan version {Number}");
        return 0;
    }

    /// <summary>There is no server: what Docker has there is this program too.</summary>
    private sealed class Versions : OciObject
    {
        /// <summary>Whose documents ours are like.</summary>
        private const string Api = "1.47";

        public override void Map(JsonMap map)
        {
            map.Part("Client", static client => Common(client));
            map.Part("Server", static server =>
            {
                server.Part("Platform", static platform => platform.Put("Name", "Sampan"));
                Common(server);
                server.Put("KernelVersion", SmallFile.Read("/proc/sys/kernel/osrelease").Trim());
            });
        }

        private static void Common(JsonMap map)
        {
            map.Put("Version", Number);
            map.Put("ApiVersion", Api);
            map.Put("Os", "linux");
            map.Put("Arch", "amd64");
        }
    }
}
