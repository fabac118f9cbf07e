/** A PC that was sold in Japan. `serial` is how its maker writes serial numbers: `#` a digit, `A` a letter or digit. */
export type PcHardware = {
  readonly manufacturer: string;
  /** SMBIOS product name, which Windows reports as the model. */
  readonly model: string;
  readonly oem: string;
  readonly serial: string;
  readonly portable: boolean;
  readonly arm?: true;
  /** Runs Windows 11. Older ones stay on Windows 10. */
  readonly windows11: boolean;
  /** Gigabytes. */
  readonly memory: readonly [number, ...number[]];
  readonly storage: readonly [number, ...number[]];
  readonly firmware: string;
  readonly tpm?: 'INTC' | 'AMD' | 'IFX' | 'STM' | 'NTC' | 'QCOM' | 'MSFT';
  readonly ethernet: boolean;
  readonly cellular?: true;
  /** A virtual machine: its serial number says nothing. */
  readonly virtual?: true;
};

type Line = Omit<PcHardware, 'manufacturer' | 'oem'> & { readonly manufacturer: string };

function pc(line: Line): PcHardware {
  return { ...line, oem: line.manufacturer };
}

const NOTE = { portable: true, windows11: true, memory: [8, 16, 32], storage: [256, 512], ethernet: false } as const;
const DESK = { portable: false, windows11: true, memory: [8, 16, 32], storage: [256, 512], ethernet: true } as const;

export const PCS: readonly [PcHardware, ...PcHardware[]] = [
  pc({
    ...NOTE,
    manufacturer: 'Dell Inc.',
    model: 'Latitude 5440',
    serial: 'AAAAAA3',
    firmware: '1.21.0',
    tpm: 'STM',
    ethernet: true,
  }),
  pc({
    ...NOTE,
    manufacturer: 'Dell Inc.',
    model: 'Latitude 7330',
    serial: 'AAAAAA3',
    firmware: '1.27.1',
    tpm: 'NTC',
    cellular: true,
  }),
  pc({ ...DESK, manufacturer: 'Dell Inc.', model: 'OptiPlex 7010', serial: 'AAAAAA3', firmware: '1.18.0', tpm: 'NTC' }),
  pc({
    ...NOTE,
    manufacturer: 'HP',
    model: 'HP EliteBook 840 14 inch G10 Notebook PC',
    serial: '5CG######A',
    firmware: 'V70 Ver. 01.06.00',
    tpm: 'IFX',
  }),
  pc({
    ...NOTE,
    manufacturer: 'HP',
    model: 'HP ProBook 450 G9',
    serial: '5CD######A',
    firmware: 'U74 Ver. 01.12.00',
    tpm: 'IFX',
    ethernet: true,
  }),
  pc({
    ...DESK,
    manufacturer: 'HP',
    model: 'HP ProDesk 400 G7 Small Form Factor PC',
    serial: 'JPA#####AA',
    firmware: 'S11 Ver. 02.19.00',
    tpm: 'IFX',
  }),
  pc({
    ...NOTE,
    manufacturer: 'LENOVO',
    model: '21HD004RJP',
    serial: 'PF#AAAAA',
    firmware: 'N3XET58W (1.33 )',
    tpm: 'NTC',
    cellular: true,
  }),
  pc({
    ...NOTE,
    manufacturer: 'LENOVO',
    model: '21AH00HPJP',
    serial: 'PF#AAAAA',
    firmware: 'N3MET18W (1.17 )',
    tpm: 'STM',
    ethernet: true,
  }),
  pc({
    ...NOTE,
    manufacturer: 'Panasonic Corporation',
    model: 'CFSV1-1',
    serial: '#AKSB#####',
    firmware: 'V2.00L18',
    tpm: 'IFX',
    ethernet: true,
    cellular: true,
  }),
  pc({
    ...NOTE,
    manufacturer: 'Panasonic Connect Co., Ltd.',
    model: 'CFFV4-1',
    serial: '#AKSB#####',
    firmware: 'V1.00L23',
    tpm: 'IFX',
    ethernet: true,
  }),
  pc({
    ...NOTE,
    manufacturer: 'FUJITSU CLIENT COMPUTING LIMITED',
    model: 'LIFEBOOK U9312/KX',
    serial: 'R#######',
    firmware: 'Version 2.18',
    tpm: 'INTC',
    ethernet: true,
  }),
  pc({
    ...DESK,
    manufacturer: 'FUJITSU CLIENT COMPUTING LIMITED',
    model: 'ESPRIMO D7012/M',
    serial: 'R#######',
    firmware: 'Version 1.12',
    tpm: 'INTC',
  }),
  pc({
    ...NOTE,
    manufacturer: 'NEC',
    model: 'PC-VKT44XZGB',
    serial: '##00###A',
    firmware: '1.14',
    tpm: 'INTC',
    ethernet: true,
  }),
  pc({
    ...NOTE,
    manufacturer: 'Dynabook Inc.',
    model: 'dynabook G83/KU',
    serial: '#A######H',
    firmware: 'Version 2.60',
    tpm: 'NTC',
    ethernet: true,
  }),
  pc({
    ...NOTE,
    manufacturer: 'VAIO Corporation',
    model: 'VJPK21',
    serial: '#######',
    firmware: 'R0190CB',
    tpm: 'INTC',
    cellular: true,
  }),
  pc({
    ...NOTE,
    manufacturer: 'Microsoft Corporation',
    model: 'Surface Pro 9',
    serial: '0########57',
    firmware: '21.103.143',
    tpm: 'INTC',
  }),
  pc({
    ...NOTE,
    manufacturer: 'Microsoft Corporation',
    model: 'Microsoft Surface Pro, 11th Edition',
    serial: '0########57',
    firmware: '175.77.235',
    tpm: 'QCOM',
    arm: true,
  }),
  pc({
    ...DESK,
    manufacturer: 'HP',
    model: 'HP ProDesk 600 G3 SFF',
    serial: 'JPH#####AA',
    firmware: 'P07 Ver. 02.44',
    windows11: false,
    memory: [8],
    storage: [500],
  }),
  pc({
    ...NOTE,
    manufacturer: 'NEC',
    model: 'PC-VK23TXZDU',
    serial: '##00###A',
    firmware: '1.09',
    windows11: false,
    memory: [4, 8],
    storage: [128, 256],
    ethernet: true,
  }),
  pc({
    ...DESK,
    manufacturer: 'Microsoft Corporation',
    model: 'Virtual Machine',
    serial: '',
    firmware: 'Hyper-V UEFI Release v4.1',
    tpm: 'MSFT',
    memory: [8],
    storage: [128],
    virtual: true,
  }),
];
