import { expect, test } from 'vitest';
import { makeDiagrams } from './make-diagrams.ts';
import { shippedCatalogue } from './testing/picture.ts';
import { modelOf } from './testing/terraform-model.ts';

const catalogue = shippedCatalogue();
const network = `
resource "google_compute_network" "n" {
  name = "n"
}
resource "google_compute_subnetwork" "s" {
  name          = "s"
  network       = google_compute_network.n.id
  ip_cidr_range = "10.0.0.0/24"
}
`;
const nat = (ranges: string): string => `
resource "google_compute_router" "r" {
  name    = "r"
  network = google_compute_network.n.id
}
resource "google_compute_router_nat" "nat" {
  name                               = "nat"
  router                             = google_compute_router.r.name
  source_subnetwork_ip_ranges_to_nat = "${ranges}"
}
`;
const machine = (inside: string): string => `
resource "google_compute_instance" "m" {
  name = "m"
  network_interface {
    subnetwork = google_compute_subnetwork.s.id
    ${inside}
  }
}
`;
const cluster = (inside: string): string => `
resource "google_container_cluster" "c" {
  name       = "c"
  subnetwork = google_compute_subnetwork.s.id
  ${inside}
}
`;

test.each([
  ['a machine with an external address makes it public', machine('access_config {}') + nat('ALL_SUBNETWORKS_ALL_IP_RANGES'), 'public'],
  ['machines without one behind Cloud NAT make it private', machine('') + nat('ALL_SUBNETWORKS_ALL_IP_RANGES'), 'private'],
  ['a private cluster behind Cloud NAT, too', cluster('private_cluster_config {\n    enable_private_nodes = true\n  }') + nat('ALL_SUBNETWORKS_ALL_IP_RANGES'), 'private'],
  ['a cluster whose nodes get addresses leaves it open', cluster('') + nat('ALL_SUBNETWORKS_ALL_IP_RANGES'), undefined],
  ['a NAT for other subnets says nothing', machine('') + nat('LIST_OF_SUBNETWORKS'), undefined],
  ['without any of it nothing is said', machine(''), undefined],
])('on Google %s', async (_, rest, exposure) => {
  const [diagram] = makeDiagrams(await modelOf(network + rest), catalogue).diagrams;
  expect(diagram?.groups.find((group) => group.label === 's')?.exposure).toBe(exposure);
});
