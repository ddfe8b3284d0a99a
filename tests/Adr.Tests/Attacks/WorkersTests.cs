using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Models;
using Adr.Tests.Reference;
using Adr.Tests.Training;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

/// <summary>These set the number of libtorch's threads, so they run alone.</summary>
[Collection(nameof(Alone))]
public sealed class WorkersTests : IDisposable
{
    private readonly int _threads = get_num_threads();

    public WorkersTests() => set_num_threads(2);

    public void Dispose() => set_num_threads(_threads);

    private static Dataset Digits(int count) => new("noise", SplitMix.Tensor(1, 0, 1, count, 1, 28, 28), SplitMix.Labels(2, count, 10), [.. Enumerable.Range(0, 10).Select(i => $"{i}")]);

    [Fact] // labels are the network's own answers, so that every point is attacked
    public void Several_threads_break_what_one_breaks_and_cost_as_much()
    {
        using var scope = NewDisposeScope();
        using var model = SplitMix.Fill(new MnistCnn(1), 3);
        using var digits = Digits(70);
        model.eval();
        using var data = new Dataset("noise", digits.Images.clone(), model.call(digits.Images).argmax(1), digits.ClassNames);
        Attack[] attacks = [new Pgd(ThreatModel.Linf(0.004), 5), new Apgd(ThreatModel.Linf(0.004), steps: 8), new Square(ThreatModel.Linf(0.02), 20), new FabTargeted(ThreatModel.Linf(0.004), 3, 2)];
        var together = Robustness.Evaluate(model, "cnn", data, attacks);
        Assert.Equal(2, get_num_threads());
        set_num_threads(1);
        var alone = Robustness.Evaluate(model, "cnn", data, attacks);
        foreach (var (a, b) in together.Attacks.Zip(alone.Attacks))
        {
            Assert.True(a.Robust.Zip(b.Robust).Count(pair => pair.First != pair.Second) <= 1, a.Attack); // rounding may carry a point over the border
            Assert.InRange(a.ModelEvaluations, 0.98 * b.ModelEvaluations, 1.02 * b.ModelEvaluations);
        }
        Assert.Contains(together.Attacks, a => a.RobustAccuracy.Successes is > 0 and < 70);
    }

    [Fact]
    public void An_evaluation_works_in_them()
    {
        using var scope = NewDisposeScope();
        using var model = SplitMix.Fill(new MnistCnn(1), 3);
        using var digits = Digits(70);
        var threads = new System.Collections.Concurrent.ConcurrentDictionary<int, long>();
        ConfusionMatrix.Evaluate(model, digits, new Noted(threads));
        Assert.Equal([35L, 35L], threads.Values);
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, threads.Keys);
    }

    /// <summary>Notes how many points it meets in which thread.</summary>
    private sealed class Noted(System.Collections.Concurrent.ConcurrentDictionary<int, long> threads) : Attack("noted", ThreatModel.Linf(0.1))
    {
        public override int Steps => 1;

        public override Attack WithThreat(ThreatModel threat) => this;

        protected internal override Tensor Run(nn.Module<Tensor, Tensor> model, Tensor origin, Tensor labels, PointSeeds seeds, AttackCost cost, CancellationToken cancellation)
        {
            threads.AddOrUpdate(Environment.CurrentManagedThreadId, origin.shape[0], (_, before) => before + origin.shape[0]);
            return origin.clone();
        }
    }

    [Fact]
    public void Who_is_interrupted_while_it_waits_leaves_no_part_behind()
    {
        using var begun = new CountdownEvent(2);
        var (ended, endedBefore, caught) = (0, -1, (Exception?)null);
        var waiting = new Thread(() =>
        {
            set_num_threads(2);
            caught = Record.Exception(() => Workers.Run(100, new AttackCost(), CancellationToken.None, (_, _, _, token) =>
            {
                begun.Signal();
                token.WaitHandle.WaitOne(); // for ever, unless it is told to stop
                Thread.Sleep(50);
                return Interlocked.Increment(ref ended);
            }));
            endedBefore = Volatile.Read(ref ended);
        });
        waiting.Start();
        begun.Wait();
        waiting.Interrupt();
        waiting.Join();
        Assert.IsType<ThreadInterruptedException>(caught);
        Assert.Equal(2, endedBefore);
    }

    [Fact]
    public void An_error_of_one_part_ends_the_others_and_comes_out()
    {
        var cost = new AttackCost();
        var error = Assert.Throws<TimeoutException>(() => Workers.Run(100, cost, CancellationToken.None, (first, _, _, token) =>
        {
            if (first > 0) throw new TimeoutException("the second part");
            token.WaitHandle.WaitOne(); // for ever, unless it is told to stop
            token.ThrowIfCancellationRequested();
            return 0;
        }));
        Assert.Equal("the second part", error.Message);
        Assert.Equal(2, get_num_threads());
    }

    [Fact]
    public void Parts_are_whole_and_in_order_and_costs_add_up()
    {
        var cost = new AttackCost();
        var parts = Workers.Run(101, cost, CancellationToken.None, (first, count, spent, _) =>
        {
            spent.CountGradient(count);
            return (first, count);
        });
        Assert.Equal([(0, 50), (50, 51)], parts);
        Assert.Equal((0, 101), (cost.Forwards, cost.Backwards));
        Assert.Equal([(0, 31)], Workers.Run(31, cost, CancellationToken.None, (first, count, _, _) => (first, count))); // too few to share
    }

    [Fact]
    public void Only_the_librarys_networks_are_shared_and_only_by_attacks_that_hold_no_other()
    {
        using var own = new MnistCnn(1);
        using var other = new TinyClassifier(1);
        using var box = new BlackBox("box", x => x.flatten(1), 2, [1, 1, 2]);
        var (fgsm, transfer) = (new Fgsm(ThreatModel.Linf(0.1)), new Transfer(new Fgsm(ThreatModel.Linf(0.1)), own, "itself"));
        Assert.Equal([true, false, false], new Classifier[] { own, other, box }.Select(model => Workers.MayShare(fgsm, model, CPU)));
        Assert.Equal([false, false, true], new Attack[] { transfer, new AutoAttack([fgsm, transfer]), new AutoAttack([fgsm, fgsm]) }.Select(attack => Workers.MayShare(attack, own, CPU)));
    }

    [Fact] // the surrogate has dropout and trains, so a run that is not held still would show
    public void A_transfer_works_in_one_and_leaves_its_surrogate_as_it_was()
    {
        using var scope = NewDisposeScope();
        using var model = SplitMix.Fill(new MnistCnn(1), 3);
        using var surrogate = SplitMix.Fill(new MnistCnn(2), 4);
        using var digits = Digits(70);
        surrogate.train();
        var threads = new System.Collections.Concurrent.ConcurrentDictionary<int, long>();
        ConfusionMatrix.Evaluate(model, digits, new Transfer(new Noted(threads), surrogate, "another"));
        Assert.Equal([70L], threads.Values);
        AssertIsTraining(surrogate);
    }

    [Fact]
    public void A_training_step_attacks_in_them_and_leaves_the_model_training()
    {
        using var scope = NewDisposeScope();
        using var model = SplitMix.Fill(new MnistCnn(1), 3);
        using var digits = Digits(40);
        var threads = new System.Collections.Concurrent.ConcurrentDictionary<int, long>();
        var batch = digits.Batches(40).Single();
        model.train();
        new AdversarialTraining(new Noted(threads)).Compute(model, batch, new InnerAttack(0.1, PointSeeds.Sequence(1, 40)));
        Assert.Equal([20L, 20L], threads.Values);
        AssertIsTraining(model);
    }

    [Fact]
    public void A_training_step_finds_in_them_what_one_thread_finds()
    {
        using var scope = NewDisposeScope();
        using var model = SplitMix.Fill(new MnistCnn(1), 3);
        using var digits = Digits(40);
        var attack = new Pgd(ThreatModel.Linf(0.1), 2, 0.05);
        Tensor Found() => Defence.Perturb(attack, model, digits.Batches(40).Single(), PointSeeds.Sequence(1, 40), CancellationToken.None);
        var together = Found();
        set_num_threads(1);
        Assert.InRange((together - Found()).abs().gt(1e-6).to(ScalarType.Float64).mean().item<double>(), 0, 0.001); // a gradient as small as its rounding may change its sign
    }

    [Fact]
    public void Threads_stay_for_later_batches_with_their_share_of_libtorchs()
    {
        set_num_threads(4);
        var (ids, shares) = (new System.Collections.Concurrent.ConcurrentDictionary<int, bool>(), new HashSet<int>());
        for (var batch = 0; batch < 30; batch++)
            shares.UnionWith(Workers.Run(40, new AttackCost(), CancellationToken.None, (_, _, _, _) =>
            {
                ids[Environment.CurrentManagedThreadId] = true;
                return get_num_threads();
            }));
        Assert.Equal([2], shares);
        Assert.InRange(ids.Count, 2, 16); // 60 parts
        Assert.Equal(4, get_num_threads());
    }

    private static void AssertIsTraining(nn.Module module)
    {
        Assert.True(module.training);
        Assert.All(module.parameters(), parameter => Assert.True(parameter.requires_grad));
    }
}
