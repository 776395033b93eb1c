using Sampan.Engine;

namespace Sampan.Cli.Verbs;

/// <summary>Verbs that take several containers: each is done, whatever becomes of the others.</summary>
internal static class Each
{
    /// <summary>Does <paramref name="work"/> with each container, and prints each name as it was given.</summary>
    /// <returns>1 when any failed.</returns>
    public static int Container(Session session, List<string> names, Action<ContainerRecord> work, bool print = true)
    {
        int code = 0;
        foreach (string name in names)
            try
            {
                work(session.Engine.Find(name));
                if (print)
                    session.Out.Line(name);
            }
            catch (SampanException e)
            {
                code = session.Fail(e.Message, 1);
            }
        return code;
    }
}
