using System.Globalization;
using System.Text;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime.Monitoring;

/// <summary>Something that happened to a container or an image: a message of Docker's event stream, field for field, and a line of the journal.</summary>
/// <remarks>See <see href="https://docs.docker.com/reference/api/engine/version/v1.47/#tag/System/operation/SystemEvents">Docker Engine API, SystemEvents</see>.</remarks>
public sealed class EventRecord : OciObject
{
    public const string Container = "container", Image = "image";

    /// <summary><see cref="Container"/> or <see cref="Image"/>.</summary>
    public string? Type;

    /// <summary>Such as <c>start</c>, or <c>exec_start: sh -c ls</c>.</summary>
    public string? Action;
    public EventActor? Actor;

    /// <summary>Nanoseconds since 1970.</summary>
    public long TimeNano;

    /// <summary>Seconds since 1970.</summary>
    public long Time => TimeNano / 1_000_000_000;

    /// <summary>One that happens now.</summary>
    public static EventRecord Now(string type, string action, EventActor actor)
    {
        return new EventRecord { Type = type, Action = action, Actor = actor, TimeNano = Clock() };
    }

    internal static long Clock()
    {
        var now = Sys.ClockGettime(Sys.CLOCK_REALTIME);
        return now.tv_sec * 1_000_000_000 + now.tv_nsec;
    }

    public override void Map(JsonMap map)
    {
        map.RequiredText("Type", ref Type);
        map.RequiredText("Action", ref Action);
        map.Object("Actor", ref Actor);
        string? scope = "local";
        map.Text("scope", ref scope);
        long time = Time;
        map.Number("time", ref time);
        map.Number("timeNano", ref TimeNano);
        Actor ??= new EventActor();
    }

    internal byte[] ToLine()
    {
        var actor = new StringBuilder(256);
        Actor!.Append(actor);
        return Line(Type!, Action!, actor.ToString(), TimeNano);
    }

    // By hand, as the record of an exit: every start and end of a container writes some.
    internal static byte[] Line(string type, string action, string actor, long nanoseconds)
    {
        var text = new StringBuilder(actor.Length + 256);
        text.Append("{\"Type\":");
        JsonString.Append(text, type);
        text.Append(",\"Action\":");
        JsonString.Append(text, action);
        text.Append(",\"Actor\":").Append(actor);
        text.Append(CultureInfo.InvariantCulture, $",\"scope\":\"local\",\"time\":{nanoseconds / 1_000_000_000},\"timeNano\":{nanoseconds}}}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}

/// <summary>Whom an event happened to.</summary>
public sealed class EventActor : OciObject
{
    /// <summary>In the run directory of a container that runs: what its monitor needs to tell of its end.</summary>
    public const string FileName = "actor.json";

    public string? ID;
    public Dictionary<string, string>? Attributes;

    /// <summary>The actor with more attributes, those of this one event.</summary>
    public EventActor With(params ReadOnlySpan<(string Name, string Value)> more)
    {
        var all = new Dictionary<string, string>(Attributes ?? [], StringComparer.Ordinal);
        foreach (var (name, value) in more)
            all[name] = value;
        return new EventActor { ID = ID, Attributes = all };
    }

    public override void Map(JsonMap map)
    {
        map.RequiredText("ID", ref ID);
        map.TextMap("Attributes", ref Attributes);
    }

    /// <summary>Leaves it for the monitor of <paramref name="runDirectory"/>.</summary>
    public void Write(string runDirectory)
    {
        var text = new StringBuilder(256);
        Append(text);
        if (text.Length > EventJournal.LongestLine / 2)
        {
            // Labels may be as long as they like: the monitor tells without them.
            text.Clear();
            new EventActor { ID = ID, Attributes = Attributes!.Where(static a => a.Key is "image" or "name").ToDictionary() }.Append(text);
        }
        DurableFile.Write($"{runDirectory}/{FileName}", Encoding.UTF8.GetBytes(text.ToString()), sync: false);
    }

    internal void Append(StringBuilder text)
    {
        text.Append("{\"ID\":");
        JsonString.Append(text, ID!);
        text.Append(",\"Attributes\":{");
        bool first = true;
        foreach (string name in (Attributes ?? []).Keys.Order(StringComparer.Ordinal))
        {
            text.Append(first ? "" : ",");
            first = false;
            JsonString.Append(text, name);
            text.Append(':');
            JsonString.Append(text, Attributes![name]);
        }
        text.Append("}}");
    }
}
