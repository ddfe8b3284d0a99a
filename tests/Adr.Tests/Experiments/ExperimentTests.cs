using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Experiments;
using Adr.Losses;
using Adr.Tests.Data;
using Adr.Tests.Training;
using Adr.Training;

namespace Adr.Tests.Experiments;

public static class ExperimentTests
{
    public sealed class Settings
    {
        [Fact] // docs/experiments.md, "The authors' protocol"
        public void Of_the_paper_budget_are_the_authors()
        {
            var paper = Experiment.Mnist(Budget.Paper, device: "cpu");
            Assert.Equal(("mnist", 60000, 0, 10000, 100, 128),
                (paper.DataSet.Name, paper.TrainCount, paper.ValidationCount, paper.TestCount, paper.Epochs,
                paper.BatchSize));
            Assert.Equal((200, 0.01, 1000, 1000, 1.0), (paper.Evaluation.PgdSteps, paper.Evaluation.PgdStepSize,
                paper.Evaluation.AutoAttackCount, paper.Evaluation.BrendelBethgeCount, paper.Beta));
            Assert.Equal((40, 0.01, 0.3), (paper.AttackSteps, paper.StepSize, paper.Epsilon));
            Assert.Equal(new SgdSettings(0.01, 0.9), paper.Optimizer);
            Assert.Equal([55, 75, 90], paper.Milestones);
            Assert.Equal(["ADV", "ADR-ADV", "TRADES", "ADR-TRADES"], Experiment.DefenceNames);
        }

        [Theory]
        [InlineData(Budget.Smoke), InlineData(Budget.Quick), InlineData(Budget.Desktop), InlineData(Budget.Paper)]
        public void Of_every_budget_let_the_attacks_cross_the_radius(Budget budget)
        {
            foreach (var settings in new[] { Experiment.Mnist(budget, device: "cpu"),
                Experiment.Cifar10(budget, device: "cpu"), Experiment.Cifar100(budget, device: "cpu") })
            {
                foreach (var targeted in settings.CostlyAttacks().Select(one => one.Attack).OfType<MultiTargetedPgd>())
                    Assert.InRange(targeted.Steps * targeted.StepSize, settings.Epsilon, double.PositiveInfinity);
                var plain = Assert.IsType<Pgd>(settings.EvaluationAttacks()[1]);
                Assert.InRange(plain.Steps * plain.StepSize, settings.Epsilon, double.PositiveInfinity);
            }
        }

        [Theory]
        [InlineData("moons", 2), InlineData("circles", 2), InlineData("blobs", 3)]
        public void Of_points_in_the_plane_train_at_every_budget(string points, int classes)
        {
            foreach (var budget in Enum.GetValues<Budget>())
            {
                var settings = Experiment.Toy(points, budget, seed: 3, device: "cpu");
                Assert.Empty(settings.Problems(["ADV", "ADR-ADV", "ADR-TRADES"]));
                Assert.Equal((points, "toy-mlp", 3), (settings.DataSet.Name, settings.Network.Name, settings.Seed));
                var (train, test) = settings.Load();
                using (train)
                using (test)
                {
                    Assert.Equal((classes, 1000, 500), (train.Classes, train.Count, test.Count));
                    Assert.NotEqual(train.Take(500).Images.sum().item<float>(), test.Images.sum().item<float>());
                }
                Assert.True(settings.AttackSteps * settings.StepSize > settings.Epsilon);
            }
            Assert.Throws<ArgumentException>("points", () => Experiment.Toy("spirals", Budget.Smoke));
        }

        [Theory]
        [InlineData(Budget.Smoke)]
        [InlineData(Budget.Quick)]
        public void Of_small_budgets_fit_the_embedded_digits(Budget budget)
        {
            var settings = Experiment.Mnist(budget, seed: 3, device: "cpu");
            Assert.Equal(("mnist-10k", 3), (settings.DataSet.Name, settings.Seed));
            var (train, test) = settings.Load();
            using (train)
            using (test)
                Assert.Equal((settings.TrainCount + settings.ValidationCount, settings.TestCount),
                    (train.Count, test.Count));
        }

        [Fact]
        public void That_ask_for_more_digits_than_there_are_are_refused() =>
            Assert.Contains("are more than that",
                Assert.Throws<ArgumentException>(() =>
                (Experiment.Mnist(Budget.Smoke, device: "cpu") with { TrainCount = 8500 }).Load()).Message,
                StringComparison.Ordinal);

        [Fact]
        public void With_another_data_set_are_refused_by_name() =>
            Assert.Contains("cifar-10",
                Assert.Throws<ArgumentException>(() =>
                (Experiment.Mnist(Budget.Smoke, device: "cpu") with { DataSet = "cifar" }).Load()).Message,
                StringComparison.Ordinal);
    }

    public sealed class OnCifar
    {
        [Theory]
        [InlineData("cifar-cnn", "Adam 0.001")]
        [InlineData("resnet-18", "SGD 0.01, momentum 0.9, weight decay 0.0035")]
        [InlineData("resnet-18@cifar-10", "SGD 0.01, momentum 0.9, weight decay 0.0035")]
        [InlineData("wide-resnet-34-10", "SGD 0.1, momentum 0.9, weight decay 0.0002")]
        public void Have_the_authors_settings_for_each_network(string network, string optimizer)
        {
            var paper = Experiment.Cifar10(Budget.Paper, device: "cpu", network: network);
            Assert.Equal(("cifar-10", network, 50000, 0, 10000, 100, 128),
                (paper.DataSet.Name, paper.Network.Name, paper.TrainCount, paper.ValidationCount, paper.TestCount,
                paper.Epochs, paper.BatchSize));
            Assert.Equal((10, 2 / 255.0, 8 / 255.0, true, 1),
                (paper.AttackSteps, paper.StepSize, paper.Epsilon, paper.Augment, paper.Beta));
            Assert.Equal((200, 2 / 255.0, 1000, 1000), (paper.Evaluation.PgdSteps, paper.Evaluation.PgdStepSize,
                paper.Evaluation.AutoAttackCount, paper.Evaluation.BrendelBethgeCount));
            Assert.Equal(optimizer, paper.Optimizer.ToString());
            Assert.Equal([75, 90], paper.Milestones);
            Assert.Equal("resnet-18", Experiment.Cifar10(Budget.Paper, device: "cpu").Network.Name);
            Assert.Equal("cifar-cnn", Experiment.Cifar10(Budget.Desktop, device: "cpu").Network.Name);
        }

        [Fact]
        public void Smoke_has_real_images_or_says_what_stands_in_for_them()
        {
            var smoke = Experiment.Cifar100(Budget.Smoke, device: "cpu");
            Assert.Equal(Cifar100.Missing(), smoke.SyntheticSubstitute);
            Assert.Equal(smoke.SyntheticSubstitute is null ? "cifar-100" : "gratings-100", smoke.DataSet.Name);
            var (train, test) = smoke.Load();
            using (train)
            using (test)
                Assert.Equal((100, smoke.TestCount), (train.Classes, test.Count));
            // nothing stands in for what is measured
            Assert.Equal("cifar-100", Experiment.Cifar100(Budget.Quick, device: "cpu").DataSet.Name);
        }

        // with all weights 1 they do: see Experiment.Cifar100
        [Theory]
        [InlineData(Budget.Smoke), InlineData(Budget.Quick), InlineData(Budget.Desktop), InlineData(Budget.Paper)]
        public void Of_a_hundred_classes_do_not_make_being_sure_of_one_cheaper_than_the_even_guess(Budget budget)
        {
            double[] probabilities = [1 / 100.0, .. Enumerable.Range(2, 98).Select(percent => percent / 100.0)];
            var settings = Experiment.Cifar100(budget, device: "cpu");
            double Gain(Experiment experiment) { var losses = ConstantPredictor.Losses(experiment.Defence("ADR-ADV"),
                100, probabilities); return losses[0] - losses.Skip(1).Min(); }
            Assert.InRange(Gain(settings), double.NegativeInfinity, 0);
            Assert.InRange(Gain(settings with { Weights = new() }), 0.1, double.PositiveInfinity);
        }

        [Fact]
        public void A_latent_can_be_chosen_and_makes_another_run()
        {
            var settings = Experiment.Cifar10(Budget.Smoke, device: "cpu") with { RunsFolder = "runs" };
            Assert.NotEqual(settings.FolderOf("ADR-ADV").FullPath, (settings with { LatentLayer = "conv4" })
                .FolderOf("ADR-ADV").FullPath);
            Assert.Contains(settings.Problems(["ADV"])
                .Concat((settings with { LatentLayer = "nowhere" }).Problems(["ADV"])),
                problem => problem.Contains("no layer \"nowhere\"", StringComparison.Ordinal));
        }
    }

    public sealed class Defences
    {
        private static readonly string[] Names = [.. Experiment.DefenceNames, "Standard", "MART", "ADR-MART", "Madry",
            "FGSM-RS", "Free", "ADV-AWP", "ADR-TRADES-AWP", "FGSM-RS-AWP"];
        private readonly Experiment _settings = Experiment.Mnist(Budget.Quick, device: "cpu") with { Beta = 2 };

        [Fact]
        public void Have_the_name_they_were_asked_by() =>
            Assert.All(Names, name => Assert.Equal(name, _settings.Defence(name).Name));

        [Fact]
        public void Attack_as_the_settings_say()
        {
            var pgd = Assert.IsType<Pgd>(_settings.Defence("ADR-ADV").Attack);
            Assert.Equal((0.3, _settings.AttackSteps, _settings.StepSize, AttackLoss.CrossEntropy),
                (pgd.Threat.Epsilon, pgd.Steps, pgd.StepSize, pgd.Loss));
            var inner = Assert.IsType<Pgd>(_settings.Defence("TRADES").Attack);
            Assert.Equal((AttackLoss.KullbackLeibler, AttackStart.UnprojectedGaussian), (inner.Loss, inner.Start));
            Assert.Equal(2, Assert.IsType<Adr.Training.Trades>(_settings.Defence("ADR-TRADES")).Beta);
            Assert.Equal(new CompactnessWeights(), _settings.Defence("ADR-TRADES").Weights);
            Assert.Null(_settings.Defence("ADV").Weights);
        }

        [Theory] // docs/differences.md
        [InlineData("Madry-AWP", true), InlineData("ADV-AWP", true), InlineData("TRADES-AWP", false)]
        [InlineData("MART-AWP", false)]
        public void With_AWP_attack_in_training_mode_where_its_source_does(string name, bool inTrainingMode)
        {
            var awp = Assert.IsType<AdversarialWeightPerturbation>(_settings.Defence(name));
            Assert.Equal((inTrainingMode, true), (awp.Inner.AttackInTrainingMode, awp.DecaysMovedWeights));
            Assert.False(_settings.Defence(name[..^4]).AttackInTrainingMode);
        }

        [Fact]
        public void Of_an_unknown_name_are_refused_with_the_known_ones() =>
            Assert.All(["AWP", "adv", "ADR-Standard", "Standard-AWP", "Free-AWP", "ADR-ADR-ADV"], name =>
            Assert.Contains("Choose Standard, ADV, TRADES, "
                + "MART", Assert.Throws<ArgumentException>("name", () => _settings.Defence(name)).Message,
                    StringComparison.Ordinal));

        [Fact]
        public void Of_ADR_without_a_weight_are_refused() =>
            Assert.Contains("name ADV",
                Assert.Throws<ArgumentException>("name",
                () => (_settings with { Weights = CompactnessWeights.None with { DetachLatent = true } })
                .Defence("ADR-ADV")).Message, StringComparison.Ordinal);

        [Fact]
        public void Perturb_weights_by_what_their_source_says()
        {
            Assert.Equal(0.01, Assert.IsType<AdversarialWeightPerturbation>(_settings.Defence("ADV-AWP")).Size);
            Assert.Equal(0.005, Assert.IsType<AdversarialWeightPerturbation>(_settings.Defence("ADR-TRADES-AWP")).Size);
            Assert.Equal(0.02,
                Assert.IsType<AdversarialWeightPerturbation>((_settings with { AwpSize = 0.02 })
                .Defence("TRADES-AWP")).Size);
        }
    }

    public sealed class Folders
    {
        private readonly Experiment _settings = Experiment.Mnist(Budget.Quick,
            device: "cpu") with { RunsFolder = "runs" };

        [Fact]
        public void Are_named_after_data_budget_defence_seed_and_settings() =>
            Assert.Matches(@"runs[/\\]mnist-10k-mnist-cnn-quick-adr-adv-seed1-[0-9a-f]{8}$",
                _settings.FolderOf("ADR-ADV").FullPath);

        [Fact]
        public void Differ_where_training_would() => Assert.Equal(5, new[]
        {
            _settings, _settings with { Epsilon = 0.2 }, _settings with { Weights = CompactnessWeights.AuthorsCode },
                _settings with { Optimizer = new SgdSettings() },
                _settings with { Optimizer = new SgdSettings(Nesterov: true) },
        }.Select(s => s.FolderOf("ADR-ADV").FullPath).Distinct().Count());

        [Theory]
        [InlineData("Standard")]
        [InlineData("ADV")]
        [InlineData("TRADES")]
        [InlineData("MART")]
        [InlineData("Madry")]
        [InlineData("FGSM-RS")]
        [InlineData("Free")]
        [InlineData("ADR-ADV")]
        [InlineData("ADR-TRADES")]
        [InlineData("ADR-MART")]
        [InlineData("ADV-AWP")]
        [InlineData("FGSM-RS-AWP")]
        [InlineData("ADR-TRADES-AWP")]
        public void Differ_by_a_defence_s_own_settings_exactly_where_the_defence_does(string defence)
        {
            Experiment[] others =
            [
                _settings with { Weights = new(Confidence: 0.5) }, _settings with { AwpSize = 0.02 },
                    _settings with { CrossEntropyWeight = 0.5 },
                _settings with { Beta = 4 }, _settings with { MartBeta = 3 }, _settings with { Replays = 2 },
            ];
            string Described(Experiment settings) => settings.Defence(defence).Describe().ToJsonString();
            foreach (var other in others)
                Assert.Equal(Described(other) == Described(_settings),
                    other.FolderOf(defence).FullPath == _settings.FolderOf(defence).FullPath);
        }

        [Theory]
        [InlineData("ADV", true)]
        [InlineData("ADR-TRADES", false)]
        public void Differ_by_the_terms_warm_up_where_there_are_terms(string defence, bool isSame)
        {
            var other = _settings with { TermWarmupEpochs = 1 };
            Assert.Equal(isSame, other.FolderOf(defence).FullPath == _settings.FolderOf(defence).FullPath);
            Assert.Contains(other.Problems([defence])
                .Concat((other with { TermWarmupEpochs = -1 }).Problems([defence])),
                problem => problem.Contains("TermWarmupEpochs is -1", StringComparison.Ordinal));
        }

        [Theory] // the runs behind notebooks/RESULTS.md: a new setting must not make its table look for others
        [InlineData("ADV", "mnist-mnist-cnn-desktop-adv-seed1-9cb78153")]
        [InlineData("ADR-ADV", "mnist-mnist-cnn-desktop-adr-adv-seed1-8d2c4a1e")]
        public void Stay_what_they_are_for_the_settings_of_a_budget(string defence, string name) =>
            Assert.Equal(name,
                Path.GetFileName((Experiment.Mnist(Budget.Desktop, device: "cpu") with { RunsFolder = "runs" })
                .FolderOf(defence).FullPath));

        [Fact]
        public void Are_the_same_where_only_the_evaluation_differs() =>
            Assert.Equal(_settings.FolderOf("ADV").FullPath,
                (_settings with { TestCount = 10, Evaluation = new() { PgdSteps = 3 } }).FolderOf("ADV").FullPath);
    }

    public sealed class Training : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public void Dispose() => _folder.Dispose();

        [Fact]
        public void Trains_once_and_then_loads()
        {
            var settings = Experiment.Mnist(Budget.Smoke, device: "cpu") with { RunsFolder = _folder.Path,
                TrainCount = 40, ValidationCount = 8, BatchSize = 20 };
            var steps = 0;
            var listener = new Listener<TrainingProgress>(_ => steps++);
            var first = settings.Train("ADR-ADV", listener);
            Assert.True(steps > 0 && first.Folder.IsFinished);
            steps = 0;
            var second = settings.Train("ADR-ADV", listener);
            Assert.Equal(0, steps);
            Assert.Equal(TinyRun.Bits(first.Model), TinyRun.Bits(second.Model));
            Assert.Equal(first.Seconds, second.Seconds);
        }

        [Fact]
        public void Evaluates_under_attacks_of_full_radius_and_makes_a_table()
        {
            var settings = Experiment.Mnist(Budget.Smoke, device: "cpu") with { RunsFolder = _folder.Path,
                TrainCount = 40, ValidationCount = 8, TestCount = 10, Evaluation = new() { PgdSteps = 2 } };
            var trained = settings.Train("TRADES");
            var report = settings.EvaluateOnAll(trained);
            Assert.Equal(["FGSM", "PGD-2"], report.Attacks.Select(a => a.Attack));
            Assert.All(report.Attacks, a => Assert.Equal((0.3, 10), (a.Threat.Epsilon, a.RobustAccuracy.Total)));
            Assert.Equal(1, report.Seed);
            Assert.Contains("| TRADES |", new RobustnessTable(settings, [ModelResult.Of(trained, report)])
                .ToMarkdown(), StringComparison.Ordinal);
        }

        [Fact] // as where the folder's weights were replaced and its reports stayed
        public void Refuses_reports_of_other_weights()
        {
            var settings = Tiny();
            var trained = settings.Train("ADV");
            settings.EvaluateOnAll(trained);
            using (TorchSharp.torch.no_grad()) trained.Model.parameters().First().add_(0.1);
            var message = Assert.Throws<InvalidDataException>(() => settings.EvaluateOnAll(trained)).Message;
            Assert.Contains("fgsm-", message, StringComparison.Ordinal);
            Assert.Contains("is of other weights than those of", message, StringComparison.Ordinal);
            Assert.Throws<InvalidDataException>(() => settings.Evaluate(trained));
        }

        [Fact] // as where another test set took the place of the one that was evaluated
        public void Refuses_reports_of_other_images()
        {
            var settings = Tiny();
            var trained = settings.Train("ADV");
            var result = settings.Evaluate(trained);
            using Dataset all = settings.HeldOut(10), fewer = settings.HeldOut(9), two = settings.HeldOut(2);
            Assert.Equal(Fingerprint.Of(all), result.Report.Data);
            Assert.Equal((result.Report.Weights, Fingerprint.Of(two)),
                (result.AutoAttack!.Weights, result.AutoAttack.Data));
            var path = settings.ResultPath(trained.Folder);
            Json.Write(path, result with { Report = result.Report with { Data = Fingerprint.Of(fewer) } });
            var message = Assert.Throws<InvalidDataException>(() => settings.Evaluate(trained)).Message;
            Assert.Contains("is of other test images or labels than the first", message, StringComparison.Ordinal);
            Assert.Contains(path, message, StringComparison.Ordinal);
        }

        [Fact]
        public void Is_judged_once_by_every_attack_and_then_read()
        {
            var settings = Tiny();
            var trained = settings.Train("ADV");
            Assert.Null(settings.Result("ADV"));
            var asked = 0;
            var listener = new Listener<EvaluationProgress>(_ => asked++);
            var row = settings.Evaluate(trained, listener);
            Assert.Equal(["FGSM", "PGD-2"], row.Report.Attacks.Select(a => a.Attack));
            Assert.Equal([("MT-PGD-2", 6), ("B&B-3", 4), ("SPSA-2×4", 3)],
                row.Costly.Select(report => (report.Attacks.Single().Attack, report.Examples)));
            Assert.Equal(2, row.AutoAttack!.Robust.Length);
            Assert.True(asked > 0);
            var files = Files(trained);
            asked = 0;
            var again = settings.Evaluate(trained, listener);
            Assert.Equal(0, asked);
            Assert.Equal(files, Files(trained));
            foreach (var read in new[] { again, settings.Result("ADV")! })
                Assert.Equal(new RobustnessTable(settings, [row]).ToMarkdown(), new RobustnessTable(settings, [read])
                    .ToMarkdown());
        }

        [Fact]
        public void Is_judged_anew_only_by_the_attack_that_changed()
        {
            var settings = Tiny();
            var trained = settings.Train("ADV");
            settings.Evaluate(trained);
            var asked = new List<int>();
            var changed = settings with { Evaluation = settings.Evaluation with { SpsaSteps = 1 } };
            Assert.Null(changed.Result("ADV"));
            changed.Evaluate(trained,
                new Listener<EvaluationProgress>(p => { if (p.Attack == "natural") asked.Add(p.Total); }));
            Assert.Equal([3], asked); // the images that SPSA meets
        }

        [Fact]
        public void Is_not_judged_on_more_images_than_the_test_has()
        {
            var settings = Tiny();
            var trained = settings.Train("ADV");
            Assert.Contains("11 images",
                Assert.Throws<ArgumentException>(() =>
                (settings with { Evaluation = settings.Evaluation with { SpsaCount = 11 } })
                .Evaluate(trained)).Message, StringComparison.Ordinal);
        }

        private Experiment Tiny() => Experiment.Mnist(Budget.Smoke, device: "cpu") with
        {
            RunsFolder = _folder.Path, TrainCount = 200, ValidationCount = 8, BatchSize = 20, TestCount = 10,
            Evaluation = new() { PgdSteps = 2, MultiTargetedCount = 6, MultiTargetedSteps = 2, BrendelBethgeCount = 4,
                BrendelBethgeSteps = 3, SpsaCount = 3, SpsaSteps = 2, SpsaSamples = 4, AutoAttackCount = 2 },
        };

        private static Dictionary<string, DateTime> Files(TrainedModel trained) =>
            Directory.GetFiles(trained.Folder.FullPath, "*.json")
            .Where(path => !path.EndsWith("checkpoint.json", StringComparison.Ordinal))
            .ToDictionary(path => path, File.GetLastWriteTimeUtc);

        [Fact]
        public void The_real_network_resumes_byte_for_byte_too()
        {
            var settings = Experiment.Mnist(Budget.Smoke, device: "cpu") with { TrainCount = 40, ValidationCount = 8,
                BatchSize = 20, Epochs = 2 };
            var whole = (settings with { RunsFolder = _folder["whole"] }).Train("ADR-ADV");
            var cut = settings with { RunsFolder = _folder["cut"] };
            using var stop = new CancellationTokenSource();
            Assert.ThrowsAny<OperationCanceledException>(() =>
                cut.Train("ADR-ADV", new Listener<TrainingProgress>(p => { if (p.Epoch == 2) stop.Cancel(); }),
                stop.Token));
            var resumed = cut.Train("ADR-ADV");
            Assert.Equal(File.ReadAllBytes(whole.Folder.CheckpointPath),
                File.ReadAllBytes(resumed.Folder.CheckpointPath));
        }
    }
}
