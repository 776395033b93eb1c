using Sampan.Linux;

namespace Sampan.Engine.Tests;

/// <summary>Containers on disk: names, look-ups, and what a killed maker leaves.</summary>
public sealed class ContainerStoreTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("sampan-store-").FullName;
    private readonly ContainerStore _store;

    public ContainerStoreTests() => _store = new ContainerStore(new Places(_root, $"{_root}/run", "/bin"));

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Found_by_id_name_and_beginning_of_id()
    {
        var made = Make("one");
        Assert.Equal(made.Id, _store.Find(made.Id!).Id);
        Assert.Equal(made.Id, _store.Find("one").Id);
        Assert.Equal(made.Id, _store.Find("/one").Id);
        Assert.Equal(made.Id, _store.Find(made.Id![..12]).Id);
        Assert.Equal(ErrorKind.NotFound, Assert.Throws<SampanException>(() => _store.Find("two")).Kind);
        Assert.Equal(ErrorKind.NotFound, Assert.Throws<SampanException>(() => _store.Find("../containers")).Kind);
        Assert.Equal(ErrorKind.NotFound, Assert.Throws<SampanException>(() => _store.Find("")).Kind);
    }

    [Fact]
    public void A_beginning_that_two_ids_share_is_no_answer()
    {
        var first = Make("c0");
        ContainerRecord second;
        int n = 1;
        do
            second = Make($"c{n++}");
        while (second.Id![0] != first.Id![0]);
        Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<SampanException>(() => _store.Find(first.Id[..1])).Kind);
    }

    [Fact]
    public void Many_are_read_by_two_threads_and_listed_as_few_are()
    {
        string[] ids = [.. Enumerable.Range(0, 130).Select(i => Make($"many{i}").Id!)];
        File.WriteAllText(_store.RecordPath(ids[7]), "{\"version\":");
        File.WriteAllText(_store.RecordPath(ids[120]), "{\"version\":99}");
        var problems = new List<string>();
        var all = _store.All(problems.Add);
        Assert.Equal(128, all.Count);
        Assert.Equal(2, problems.Count);
        Assert.Equal(ids.Except([ids[7], ids[120]]).Order(), all.Select(static r => r.Id!).Order());
        Assert.Equal(all.Select(static r => r.Created).OrderDescending(StringComparer.Ordinal), all.Select(static r => r.Created));
    }

    [Fact]
    public void The_name_of_a_renaming_that_was_cut_short_is_free()
    {
        var one = Make("one");
        File.CreateSymbolicLink($"{_root}/names/two", one.Id!);
        // As long as the renaming goes on, its lock holds both names.
        using (ContainerLock.Take(_store, one))
            Assert.Equal(ErrorKind.AlreadyExists, Assert.Throws<SampanException>(() => Make("two")).Kind);
        var two = Make("two");
        Assert.Equal(two.Id, _store.Find("two").Id);
        Assert.Equal(one.Id, _store.Find("one").Id);
    }

    [Fact]
    public void A_name_is_had_once()
    {
        var first = Make("one");
        var e = Assert.Throws<SampanException>(() => Make("one"));
        Assert.Equal(ErrorKind.AlreadyExists, e.Kind);
        Assert.Contains(first.ShortId, e.Message);
        Assert.Equal([first.Id!], Ids());
    }

    [Fact]
    public async Task A_name_is_had_once_however_many_want_it()
    {
        int won = 0;
        await Parallel.ForAsync(0, 32, (_, _) =>
        {
            try
            {
                Make("wanted");
                Interlocked.Increment(ref won);
            }
            catch (SampanException e) when (e.Kind == ErrorKind.AlreadyExists)
            {
            }
            return ValueTask.CompletedTask;
        });
        Assert.Equal(1, won);
        Assert.Single(Ids());
    }

    [Fact]
    public void What_a_killed_maker_left_is_cleared_away_and_its_name_is_free()
    {
        string id = ContainerNames.NewId();
        Directory.CreateDirectory($"{_root}/containers/{id}/upper");
        Directory.CreateDirectory($"{_root}/names");
        File.CreateSymbolicLink($"{_root}/names/one", id);
        Assert.Empty(_store.All(Assert.Fail));
        Assert.Empty(Ids());
        Assert.False(File.Exists($"{_root}/names/one"));

        File.CreateSymbolicLink($"{_root}/names/one", id);
        Assert.Equal("one", Make("one").Name);
    }

    [Fact]
    public void What_is_being_made_is_left_alone_and_keeps_its_name()
    {
        using var draft = ContainerDraft.Begin(_store);
        NameRegistry.Claim(_store, "one", draft.Id);
        Assert.Empty(_store.All(Assert.Fail));
        Assert.Equal([draft.Id], Ids());
        Assert.Equal(ErrorKind.AlreadyExists, Assert.Throws<SampanException>(() => Make("one")).Kind);
    }

    [Fact]
    public void A_draft_that_is_given_up_leaves_nothing()
    {
        using (var draft = ContainerDraft.Begin(_store))
        {
            NameRegistry.Claim(_store, "one", draft.Id);
            File.WriteAllText($"{draft.Path}/config.json", "{}");
        }
        Assert.Empty(Ids());
        Assert.Empty(Directory.GetFileSystemEntries($"{_root}/names").Where(static path => !path.EndsWith("/.lock", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_damaged_record_is_told_and_hides_no_other()
    {
        var good = Make("good");
        var bad = Make("bad");
        File.WriteAllText($"{_root}/containers/{bad.Id}/container.json", "{\"version\":1,");
        var problems = new List<string>();
        Assert.Equal([good.Id], _store.All(problems.Add).Select(static record => record.Id));
        Assert.Contains($"{bad.Id}/container.json", Assert.Single(problems));
    }

    private List<string> Ids() => [.. Directory.GetDirectories($"{_root}/containers").Select(Path.GetFileName).Where(static name => ContainerStore.IsId(name!)).Select(static name => name!)];

    private ContainerRecord Make(string name)
    {
        using var draft = ContainerDraft.Begin(_store);
        NameRegistry.Claim(_store, name, draft.Id);
        var record = new ContainerRecord
        {
            Id = draft.Id, Name = name, Created = "2026-01-02T03:04:05Z", ImageId = "sha256:0", Driver = "overlay", Command = ["true"],
            Config = new ContainerSettings(), HostConfig = new HostConfig(), Mounts = [], Layers = [],
        };
        draft.Finish(record, durable: false);
        return record;
    }
}
